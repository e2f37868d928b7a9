"""First and last names to draw from; each alphabet is a list of (first names, last names that go with them)."""

type Names = tuple[tuple[str, ...], tuple[str, ...]]

_FIRST = """
    Abigail Adrian Aisha Alan Alice Amanda Amelia Andre Angela Anthony Arthur Barbara Beatriz Benjamin Brian
    Camila Carlos Carmen Caroline Charles Chloe Christine Clara Daniel David Deborah Diana Diego Dorothy Edward
    Elena Elizabeth Emily Emma Eric Esther Eva Felix Fiona Frank Gabriel George Grace Hannah Harold Helen Henry
    Ian Imani Irene Isaac Isabel Jack Jamal James Janet Jasmine Jason Jerome Joan Joel Joseph Joyce Julia Karen
    Keith Kevin Laura Leah Leo Lillian Linda Louis Lucia Lucy Marcus Margaret Maria Mark Martha Martin Mei
    Michael Miriam Monica Naomi Natalie Nathan Nina Noah Nora Olivia Oscar Patricia Paul Peter Priya Rachel
    Ralph Raymond Rebecca Richard Robert Rosa Ruth Samuel Sandra Sarah Simon Sofia Stella Stephen Susan Teresa
    Thomas Valerie Victor Vincent Walter William Yasmin Zoe
"""
_LAST = """
    Abbott Adams Alvarez Anderson Baker Barnes Bauer Bell Bennett Brooks Brown Burke Campbell Carter Castillo
    Chen Clark Coleman Collins Cooper Cruz Davis Diaz Dixon Edwards Ellis Evans Fisher Fleming Flores Foster Fox
    Garcia Gibson Gomez Grant Gray Green Griffin Hall Hamilton Harris Hayes Hernandez Hill Howard Hughes Jackson
    Jensen Johnson Jordan Kaplan Keller Kelly Kim King Klein Larsen Lawson Lee Lewis Lopez Marshall Martinez
    Mason McCarthy Miller Mitchell Moore Murphy Myers Nelson Nguyen Novak O'Brien O'Neill Ortiz Owens Parker
    Patel Perez Peterson Phillips Porter Price Quinn Ramirez Reed Reyes Rivera Roberts Robinson Rogers Ross
    Russell Sanchez Santos Schmidt Scott Sharma Shaw Silva Simmons Smith Stone Sullivan Taylor Thompson Torres
    Tran Turner Walker Wallace Ward Watson Weaver Webb White Williams Wilson Wong Wood Wright Young Zimmerman
"""
_FIRST_WOMEN = """
    Алина Анастасия Вера Галина Дарья Евгения Екатерина Елена Жанна Ирина Ксения Людмила Марина Мария Надежда
    Наталья Оксана Ольга Полина Светлана Софья Тамара Татьяна Юлия
"""
_FIRST_MEN = """
    Александр Алексей Андрей Антон Борис Вадим Виктор Глеб Григорий Денис Дмитрий Евгений Иван Игорь Илья Кирилл
    Константин Леонид Максим Михаил Николай Олег Павел Пётр Роман Сергей Фёдор Юрий
"""
_LAST_MEN = """
    Абрамов Алексеев Белов Богданов Васильев Виноградов Власов Воробьёв Голубев Григорьев Денисов Ершов Жуков
    Зайцев Иванов Калинин Киселёв Ковалёв Козлов Комаров Кузнецов Лебедев Макаров Медведев Морозов Никитин
    Новиков Орлов Павлов Петров Попов Романов Семёнов Смирнов Соколов Соловьёв Степанов Тарасов Фёдоров Филиппов
    Фролов Щербаков Яковлев
"""

_MEN = tuple(_LAST_MEN.split())

LATIN: tuple[Names, ...] = ((tuple(_FIRST.split()), tuple(_LAST.split())),)
CYRILLIC: tuple[Names, ...] = (
    (tuple(_FIRST_WOMEN.split()), tuple(f"{name}а" for name in _MEN)),
    (tuple(_FIRST_MEN.split()), _MEN),
)
