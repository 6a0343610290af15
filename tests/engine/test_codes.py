"""The service's codes stand in one list, whoever uses them."""

from simulator.formula import errors
from simulator.policy.codes import RESIZE_ERRORS, RETARGETED, SUCCESS, ServiceCode


def test_every_error_of_a_formula_is_a_code_of_the_service() -> None:
    names = ("INSUFFICIENT_SAMPLE_DATA", "EVALUATION_ERROR", "SYNTAX_ERROR", "TOO_LONG")
    assert {ServiceCode(getattr(errors, name)).value for name in names} == {getattr(errors, name) for name in names}


def test_codes_are_their_text_wherever_they_are_written() -> None:
    assert f"{ServiceCode.CORE_QUOTA}" == str(ServiceCode.CORE_QUOTA) == "AccountCoreQuotaReached"
    assert ServiceCode("AllocationTimedout") is ServiceCode.ALLOCATION_TIMED_OUT


def test_a_resize_that_ended_well_or_was_retargeted_has_no_error() -> None:
    assert not {SUCCESS, RETARGETED} & set(RESIZE_ERRORS)
    assert list(RESIZE_ERRORS) == sorted(set(RESIZE_ERRORS))
