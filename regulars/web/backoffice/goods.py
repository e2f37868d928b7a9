"""Products and the groups that offers name."""

from regulars.web.backoffice import amounts, columns
from regulars.web.backoffice.reading import Reading


class GroupPages(Reading):
    """The tree of product groups."""

    list_display = ("name", "code", "parent")
    list_select_related = ("parent",)
    search_fields = ("name", "=code")
    ordering = ("code", "id")
    fields = ("name", "code", "parent")


class ProductPages(Reading):
    """Products by their stock-keeping unit."""

    partner_field = "partner_id"
    shared_by_partners = True

    list_display = ("name", "sku", "brand", columns.codes("groups"), amounts.money("unit_price", "Shelf price"))
    search_fields = ("=sku", "name")
    search_help_text = "The whole stock-keeping unit, or a part of the name"
    fields = ("name", "sku", "brand", columns.codes("groups"), amounts.money("unit_price", "Shelf price"))
