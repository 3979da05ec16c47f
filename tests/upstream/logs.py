"""The log lists and their statistics, of one account and of everybody."""

from typing import Any

from . import encoding
from .calls import Call
from .dialect import Gateway, IdForm, Matching, OtherForm
from .filters import Query, equals, matches
from .paging import asked_part, page_of
from .rows import Row, Shelf, Test

MODULUS = 1024
RECENT_SECONDS = 60
OWN_OTHER = {OtherForm.REWRITTEN: encoding.rewrite, OtherForm.STRIPPED: encoding.strip}


def own_list(call: Call) -> Any:
    profile, query = call.profile, call.list_query
    call.needs_database(profile.broken.own_list)
    rows = call.site.own(call.account.id).select(
        start=query.integer("start_timestamp"),
        end=query.integer("end_timestamp"),
        tests=[*_type_test(call), *_text_tests(call), *_model_test(call, profile.own_model)],
    )
    part = asked_part(query, profile.paging, cap=profile.paging.own_cap)
    return page_of(rows, part, profile.paging, lambda row, rank: own_view(row, rank, profile))


def whole_list(call: Call) -> Any:
    profile, query = call.profile, call.list_query
    call.needs_database(profile.broken.all_list)
    tests = [*_type_test(call), *_text_tests(call), *_model_test(call, profile.all_model)]
    rows = call.site.everybody.select(
        start=query.integer("start_timestamp"),
        end=query.integer("end_timestamp"),
        tests=[*tests, *_channel_test(query, profile.channel_filter), *_user_test(call)],
        by_time=profile.all_by_time,
    )
    part = asked_part(query, profile.paging, cap=profile.paging.all_cap)
    return page_of(rows, part, profile.paging, lambda row, _: whole_view(row, call))


def own_statistic(call: Call) -> Any:
    """Of the rows that carry the account's present name, whoever wrote them."""
    name = call.account.username
    tests = [*_model_test(call, call.profile.own_model)]
    if "%" in name and call.profile.user_name is not Matching.EXACT:
        test = matches("username", name, call.profile.user_name)
        return _statistic(call, call.site.everybody, [test, *tests])
    return _statistic(call, call.site.named(name), tests)


def whole_statistic(call: Call) -> Any:
    tests = [*_user_test(call), *_model_test(call, call.profile.all_stat_model)]
    return _statistic(call, call.site.everybody, tests)


def _statistic(call: Call, shelf: Shelf, tests: list[Test]) -> Any:
    query, profile = call.query, call.profile
    if call.is_database_broken and profile.broken.stat is None:
        return dict.fromkeys(profile.stat_fields, 0)
    call.needs_database(profile.broken.stat)
    tests = [_counted_test(call), *tests, *_text_tests(call), *_channel_test(query, "channel")]
    start, end = query.integer("start_timestamp"), query.integer("end_timestamp")
    recent = shelf.select(start=int(call.now) - RECENT_SECONDS, tests=tests)
    summed = shelf.select(start=start, end=end, tests=tests)
    counted = summed if profile.rates_of_whole_window else recent
    figures = {
        "quota": 0 if profile.stat_forgets_quota else sum(row.quota for row in summed),
        "rpm": len(counted),
        "tpm": sum(row.prompt_tokens + row.completion_tokens for row in counted),
    }
    return {name: figures[name] for name in profile.stat_fields}


def own_view(row: Row, rank: int, profile: Gateway) -> dict[str, Any]:
    ids = {IdForm.ZERO: 0, IdForm.MODULO: row.id % MODULUS, IdForm.RANK: rank}
    other = OWN_OTHER[profile.own_other](row.other, profile.hidden_in_own_other)
    known = _objects(row, None) if profile.shows_objects else {}
    return _view(row, profile, id=ids[profile.own_ids], channel_name="", other=other, **known)


def whole_view(row: Row, call: Call) -> dict[str, Any]:
    """With the name that the channel has now, and `other` as it is stored."""
    name = call.site.channels.get(row.channel)
    channel = None if name is None else {"id": row.channel, "name": name}
    known = _objects(row, channel) if call.profile.shows_objects else {}
    return _view(row, call.profile, channel_name=name or "", **known)


def _objects(row: Row, channel: Any) -> dict[str, Any]:
    return {"channel": channel, "metadata": encoding.object_in(row.other)}


def _view(row: Row, profile: Gateway, **known: Any) -> dict[str, Any]:
    columns = {name: profile.renamed.get(name, name) for name in profile.row_fields}
    shown = {
        name: known[name] if name in known else getattr(row, column)
        for name, column in columns.items()
    }
    for name in profile.left_out_when_empty:
        if shown.get(name) == "":
            del shown[name]
    return shown


def _type_test(call: Call) -> list[Test]:
    kind = call.list_query.integer(call.profile.type_filter)
    return [equals("type", kind)] if kind else []


def _counted_test(call: Call) -> Test:
    counted = call.site.settings.counted_types
    return lambda row: row.type in counted


def _channel_test(query: Query, name: str) -> list[Test]:
    channel = query.integer(name)
    return [equals("channel", channel)] if channel else []


def _text_tests(call: Call) -> list[Test]:
    filters = call.profile.text_filters
    texts = {column: call.query.text(name) for name, column in filters.items()}
    return [equals(column, text) for column, text in texts.items() if text]


def _model_test(call: Call, matching: Matching) -> list[Test]:
    name = call.query.text("model_name")
    return [matches("model_name", name, matching)] if name else []


def _user_test(call: Call) -> list[Test]:
    name = call.query.text("username")
    return [matches("username", name, call.profile.user_name)] if name else []
