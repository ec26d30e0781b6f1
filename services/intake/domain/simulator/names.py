"""Invented Chinese names."""

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚华"


def person_name(luck: float) -> str:
    """Return the name at `luck`, from 0 up to 1, among all that can be made."""
    number = int(luck * len(SURNAMES) * len(GIVEN))
    return SURNAMES[number % len(SURNAMES)] + GIVEN[number // len(SURNAMES)]
