"""Genders, as people state them."""

from enum import auto

from wangge_core.plugin.declarations.labels import Choice


class Gender(Choice):
    """As the person states it."""

    FEMALE = auto(), "女"
    MALE = auto(), "男"
    OTHER = auto(), "其他"
