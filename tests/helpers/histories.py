"""Random histories of boards and feeds, for property tests that fill databases."""

from dataclasses import replace

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from store_helpers import day, feed, listing

from storage.records import Listing

FILLING = settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
"""Every example fills databases, so shrinking one would take minutes; the differences tell enough."""
_IDS = [f"p{number}" for number in range(9)]


@st.composite
def looks(draw: st.DrawFn) -> list[Listing]:
    """Up to eight looks at a board or a feed, some failed, some far off, at uneven distances."""
    multi = draw(st.booleans())
    at, result = 0.0, []
    for _ in range(draw(st.integers(2, 8))):
        at += draw(st.sampled_from([0.5, 1, 7, 20, 70]))
        ids = sorted(draw(st.sets(st.sampled_from(_IDS), max_size=9)))
        state = draw(st.sampled_from(["complete", "complete", "complete", "partial", "failed"]))
        scope = draw(st.sampled_from(["all", "all", "all", "narrow"]))
        if multi:
            employers = {name: [i for i in ids if int(i[1]) % 2 == part] for part, name in enumerate("ab")}
            result.append(feed(day(at), employers, state=state, scope=scope))
        else:
            texts = {i: draw(st.sampled_from(["RAG", "RAG again"])) for i in ids}
            result.append(listing(day(at), ids, state=state, scope=scope, texts=texts))
        result[-1] = replace(result[-1], fills={"pay": draw(st.sampled_from([0.0, 0.5, 1.0]))})
    return result
