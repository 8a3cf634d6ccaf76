"""Both sides see what was kept: a supervisor her own operations, a desk those of its subtree, in their own language."""

import pytest
from factories import EAST_SOUTH_2, WEST_NORTH_1, Owner, Someone, Territory, make_employer, make_person_with_account
from phones import Data, NewPhone, Op, register, sealed, visit

from wangge.core.ids import new_id


async def read(phone_of: NewPhone, someone: Someone, language: str = "zh-CN", **params: object) -> Data:
    answer = await phone_of(someone, language=language).http.get("/api/sync/operations", params=params)
    assert answer.status_code == 200, answer.text
    page: Data = answer.json()
    return page


@pytest.fixture
async def sent(owner: Owner, territory: Territory, phone_of: NewPhone) -> dict[str, Op]:
    """One of every outcome, from one supervisor, and a colleague's in the same grid."""
    ops = {
        "applied": visit(await make_employer(owner, WEST_NORTH_1)), "waiting_for_parent": visit(new_id()),
        "quarantined": register(uscc="1"), "out of scope": visit(await make_employer(owner, EAST_SOUTH_2)),
        "a colleague's": sealed("unheard.of", {}),
    }  # fmt: skip
    await phone_of(territory["community"]).push(*[op for name, op in ops.items() if name != "a colleague's"])
    colleague = await make_person_with_account(owner, WEST_NORTH_1)
    await phone_of(colleague).push(ops["a colleague's"])
    return ops


def ids(page: Data) -> set[str]:
    return {item["op_id"] for item in page["items"]}


async def test_a_supervisor_reads_her_own_that_need_somebody(territory: Territory, sent: dict[str, Op], phone_of: NewPhone) -> None:
    page = await read(phone_of, territory["community"])
    assert page["total"] == 3
    assert ids(page) == {str(sent[name].op_id) for name in ("waiting_for_parent", "quarantined", "out of scope")}
    item = next(i for i in page["items"] if i["op_id"] == str(sent["quarantined"].op_id))
    assert item["body"] == sent["quarantined"].body
    assert item["person"] == {"id": str(territory["community"].id), "name": territory["community"].name}
    assert (item["kind"], item["v"], item["outcome"]) == ("employer.register", 1, "quarantined")
    assert item["problem"]["errors"][0]["field"] == "uscc"
    assert item["grid_name"] == f"网格{WEST_NORTH_1.rsplit('.', 1)[-1]}"


async def test_her_desk_reads_those_of_its_subtree(territory: Territory, sent: dict[str, Op], phone_of: NewPhone) -> None:
    near = {str(sent[name].op_id) for name in ("waiting_for_parent", "quarantined", "a colleague's")}
    for desk in ("street", "county"):
        assert ids(await read(phone_of, territory[desk])) == near
    for desk in ("other_street", "other_county"):
        assert ids(await read(phone_of, territory[desk])) == {str(sent["out of scope"].op_id)}
    assert ids(await read(phone_of, territory["city"])) == near | {str(sent["out of scope"].op_id)}
    assert ids(await read(phone_of, territory["other_community"])) == set()


async def test_one_outcome_may_be_asked_for(territory: Territory, sent: dict[str, Op], phone_of: NewPhone) -> None:
    for outcome in ("applied", "waiting_for_parent"):
        assert ids(await read(phone_of, territory["street"], outcome=outcome)) == {str(sent[outcome].op_id)}
    answer = await phone_of(territory["street"]).http.get("/api/sync/operations", params={"outcome": "lost"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "outcome")


async def test_the_problem_is_told_in_the_readers_language(territory: Territory, sent: dict[str, Op], phone_of: NewPhone) -> None:
    zh = await read(phone_of, territory["street"], outcome="waiting_for_parent")
    en = await read(phone_of, territory["street"], "en", outcome="waiting_for_parent")
    assert "会自动处理" in zh["items"][0]["problem"]["detail"]
    assert "by itself" in en["items"][0]["problem"]["detail"]


async def test_the_journal_comes_in_pages_the_newest_first(territory: Territory, sent: dict[str, Op], phone_of: NewPhone) -> None:
    pages = [await read(phone_of, territory["county"], page=n, page_size=2) for n in (1, 2, 3)]
    assert [len(p["items"]) for p in pages] == [2, 1, 0]
    assert {p["total"] for p in pages} == {3}
    assert pages[0]["items"][0]["op_id"] == str(sent["a colleague's"].op_id)


@pytest.mark.parametrize("params", [{"page": 0}, {"page_size": 201}, {"page": "x"}, {"page": 10**30}])
async def test_a_page_that_is_none_is_refused(territory: Territory, phone_of: NewPhone, params: dict[str, object]) -> None:
    answer = await phone_of(territory["street"]).http.get("/api/sync/operations", params=params)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == next(iter(params))
