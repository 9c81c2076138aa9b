import pytest

from options.choices import ApplicationStatus
from options.errors import FixtureInvalid, LevelNotOffered
from options.rules.requests import ApprovalRequest, Fixture, fixed_decision, require_sound

LOWER = ApplicationStatus.LOWER_LEVEL_APPROVED


@pytest.mark.parametrize("level", [1, 2])
def test_levels_1_and_2_are_offered(level):
    require_sound(ApprovalRequest(level))


@pytest.mark.parametrize("level", [-1, 0, 3, 4])
def test_no_other_level_is(level):
    with pytest.raises(LevelNotOffered) as refused:
        require_sound(ApprovalRequest(level))

    assert (refused.value.code, refused.value.http_status) == (40010001, 422)
    assert str(refused.value) == f"level: options level {level} is not supported, request level 1 or 2"


def test_a_lower_level_is_one_below_the_request():
    require_sound(ApprovalRequest(2, Fixture(LOWER, 1)))


@pytest.mark.parametrize(
    ("level", "granted", "said"),
    [
        (2, None, "fixtures.level: is required with LOWER_LEVEL_APPROVED"),
        (2, 2, "fixtures.level: must be below the requested level 2 and above 0, found 2"),
        (2, 3, "fixtures.level: must be below the requested level 2 and above 0, found 3"),
        (2, 0, "fixtures.level: must be below the requested level 2 and above 0, found 0"),
        (1, 1, "fixtures.level: must be below the requested level 1 and above 0, found 1"),
    ],
)
def test_a_fixture_cannot_lower_to_what_is_not_lower(level, granted, said):
    with pytest.raises(FixtureInvalid) as refused:
        require_sound(ApprovalRequest(level, Fixture(LOWER, granted)))

    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("fixture", "granted"),
    [
        (Fixture(ApplicationStatus.APPROVED), 2),
        (Fixture(ApplicationStatus.APPROVED, 1), 2),
        (Fixture(LOWER, 1), 1),
        (Fixture(ApplicationStatus.PENDING), None),
        (Fixture(ApplicationStatus.REJECTED), None),
        (Fixture(ApplicationStatus.REJECTED, 1), None),
    ],
)
def test_a_fixture_decides_as_it_says(fixture, granted):
    decision = fixed_decision(2, fixture)

    assert (decision.status, decision.level) == (fixture.status, granted)
