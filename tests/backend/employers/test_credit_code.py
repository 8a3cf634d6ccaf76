"""The unified social credit code (GB 32100-2015)."""

import pytest

from wangge.employers.credit_code import clean_credit_code, credit_code_is_valid


@pytest.mark.parametrize("code", ["914403001922038216", "91350100M000100Y43"])
def test_real_codes_are_valid(code: str) -> None:
    assert credit_code_is_valid(code)


@pytest.mark.parametrize(
    "code",
    [
        "", "914403001922038217", "91440300192203821", "9144030019220382166", "914403001922038216 x", "I14403001922038216",
        "91440300192203821O", "91440300\u20101922038216", "９１４４０３００１９２２０３８２１６", "不是代码不是代码不是代码不是代码不是",
    ],
)  # fmt: skip
def test_others_are_not(code: str) -> None:
    assert not credit_code_is_valid(code)


@pytest.mark.parametrize("typed", [" 91440300 1922 038216 ", "914403001922038216", "914403001922038216\n"])
def test_what_people_type_is_cleaned(typed: str) -> None:
    assert clean_credit_code(typed) == "914403001922038216"
