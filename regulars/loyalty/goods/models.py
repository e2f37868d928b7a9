"""Tables of what is sold: products, and the groups that offers name."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class ProductGroup(models.Model):
    """A group of products; groups form a tree, and a product belongs to all groups above its own."""

    code = models.TextField(unique=True)
    name = models.TextField()
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        db_table = "loyalty_goods_productgroup"

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """A product as the till names it by its stock-keeping unit."""

    sku = models.TextField(unique=True)
    name = models.TextField()
    brand = models.TextField(blank=True, default="")
    groups = ArrayField(models.TextField(), default=list, help_text="Codes of its group and all groups above.")
    unit_price = models.BigIntegerField(default=0, help_text="Shelf price in minor units; the till may say another.")
    partner_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "loyalty_goods_product"
        indexes = [GinIndex(fields=["groups"], name="product_by_group")]

    def __str__(self) -> str:
        return self.name
