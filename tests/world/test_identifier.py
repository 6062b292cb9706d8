import re

import pytest

from identifier import credit_code, organisation_code, resident_number


@pytest.mark.parametrize(
    "code",
    ["91370102PDY00001XB", "91370202PDY000423P", "91370000PDY01370XD", "12370602PDY2024046", "52371302PDY999994Y",
     "91370102PDY0004660"],
)
def test_credit_codes_end_as_the_standard_says(code):
    prefix, region, number = re.fullmatch(r"(..)(\d{6})PDY(\d{5})..", code).groups()
    assert credit_code(prefix, region, int(number)) == code


@pytest.mark.parametrize("code", ["PDY00001X", "PDY000028", "PDY000036", "PDY000044", "PDY000060", "D2143569X"])
def test_organisation_codes_end_as_the_standard_says(code):
    assert organisation_code(code[:8]) == code


@pytest.mark.parametrize(
    "number",
    ["370199199001010019", "370299198812310024", "370699200002290035", "371399197506159989", "37019919900101006X",
     "370599199309160090", "371299198507030115", "810000199205100032"],
)
def test_resident_numbers_end_as_the_standard_says(number):
    assert resident_number(number[:6], number[6:14], int(number[14:17])) == number
