"""The level index: what stock would have done on a panel that never changed. Sources: docs/METHOD.md.

`counts` is a matrix, one row per series (panel unit and epoch), one column per week; nan is a missing cell.
Rows with a zero in every observed cell tell nothing about change and take no part.
"""

from dataclasses import dataclass

import numpy as np

from reports.statistics.arrays import Floats, Ints
from reports.statistics.student import degrees_of_freedom, t_quantile, t_tail

TOLERANCE = 1e-12
PROPORTIONAL_ROUNDS = 200
ROUNDING = 1e-12
NEWTON_ROUNDS = 60
_OWNERS_AT_ONCE = 256  # bounds the memory


@dataclass(frozen=True, slots=True)
class TwoWayIndex:
    """E counts[s, w] = row_effect[s] * week_effect[w]; effects are nan where nothing was observed.

    `week_segment`, `row_segment`: 0 unobserved, else the connected piece, numbered by its first week. In each
    piece week_effect is 1 in its base week, the first with a positive count.
    """

    row_effect: Floats
    week_effect: Floats
    row_segment: Ints
    week_segment: Ints


def two_way_index(counts: Floats) -> TwoWayIndex:
    """Fit the multiplicative row and week effects by Poisson maximum likelihood (iterative proportional fit).

    a_s <- sum_w N / sum_w b, b_w <- sum_s N / sum_s a over observed cells, until b moves by less than 1e-12.
    Where large parts of the panel hang together by one small series that takes very long; then Newton steps
    on the same likelihood finish it. With a full panel the index is the ratio of totals. Pieces that share no
    positive cell are fitted apart.
    """
    row_segment, week_segment = _segments(counts)
    rows, weeks = counts.shape
    row_effect, week_effect = np.full(rows, np.nan), np.full(weeks, np.nan)
    for segment in range(1, int(week_segment.max(initial=0)) + 1):
        in_rows = np.flatnonzero(row_segment == segment)
        in_weeks = np.flatnonzero(week_segment == segment)
        row_effect[in_rows], week_effect[in_weeks] = _fit(counts[np.ix_(in_rows, in_weeks)])
    return TwoWayIndex(row_effect, week_effect, row_segment, week_segment)


def _fit(part: Floats) -> tuple[Floats, Floats]:
    observed = (~np.isnan(part)).astype(np.float64)
    filled = np.nan_to_num(part)
    row_total, week_total = filled.sum(axis=1), filled.sum(axis=0)
    base = int(np.flatnonzero(week_total > 0)[0])
    b = np.ones(len(week_total))
    rounds, moved = 0, 1.0
    while moved >= TOLERANCE and rounds < PROPORTIONAL_ROUNDS:
        following = week_total / ((row_total / (observed @ b)) @ observed)
        following /= following[base]
        moved = float(np.abs(following - b).max())
        b, rounds = following, rounds + 1
    if moved >= TOLERANCE:
        seen = week_total > 0
        b[seen] = _newton(part[:, seen], b[seen])
    return row_total / (observed @ b), b


def _newton(part: Floats, b: Floats) -> Floats:
    """Climb the likelihood of log b given the row totals; it is concave, so halving the step always helps."""
    log_b = np.log(b)
    rounds, moved = 0, 1.0
    while moved >= TOLERANCE and rounds < NEWTON_ROUNDS:
        scores, information = _profile(part, np.exp(log_b))
        step = np.zeros(len(b))
        step[1:] = np.linalg.pinv(information[1:, 1:], hermitian=True) @ scores.sum(axis=0)[1:]
        # Near the top two likelihoods differ by rounding only; there the whole step is right.
        reached = _likelihood(part, log_b)
        while _likelihood(part, log_b + step) < reached - ROUNDING * abs(reached):
            step /= 2
        log_b, rounds, moved = log_b + step, rounds + 1, float(np.abs(step).max())
    found: Floats = np.exp(log_b)
    return found


def _likelihood(part: Floats, log_b: Floats) -> float:
    observed, filled = ~np.isnan(part), np.nan_to_num(part)
    spread = np.log(np.where(observed, np.exp(log_b), 0.0).sum(axis=1))
    return float((filled @ log_b).sum() - (filled.sum(axis=1) * spread).sum())


def _profile(part: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return scores (rows x weeks) and information (weeks x weeks) of log b, given the row totals.

    Given its total, a series spreads over its observed weeks as pi_w = b_w / sum b: no row effect is left.
    Scores N_sw - N_s pi_sw, information sum_s N_s (diag pi - pi pi').
    """
    pi, total = _spread(part, b)
    return np.nan_to_num(part) - total[:, None] * pi, _information(pi, total)


def _spread(part: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return pi (rows x weeks) and the total of each row."""
    effect = np.where(np.isnan(part), 0.0, b)
    return effect / effect.sum(axis=1, keepdims=True), np.nan_to_num(part).sum(axis=1)


def _information(pi: Floats, total: Floats) -> Floats:
    """Return sum_s N_s (diag pi - pi pi') over rows."""
    found: Floats = np.diag(total @ pi) - (pi * total[:, None]).T @ pi
    return found


def _segments(counts: Floats) -> tuple[Ints, Ints]:
    """Label rows and weeks by connected piece over positive cells; zero weeks join one that saw them."""
    positive = np.nan_to_num(counts) > 0
    rows, weeks = counts.shape
    far = weeks
    week_label = np.where(positive.any(axis=0), np.arange(weeks), far)
    row_label = np.full(rows, far)
    while True:
        row_label = np.where(positive, week_label, far).min(axis=1, initial=far)
        spread = np.where(positive, row_label[:, None], far).min(axis=0, initial=far)
        if np.array_equal(spread, week_label):
            break
        week_label = spread
    for week in np.flatnonzero(week_label == far):
        seen = row_label[~np.isnan(counts[:, week]) & (row_label < far)]
        if len(seen):
            week_label[week] = int(np.bincount(seen).argmax())
    firsts = {label: number for number, label in enumerate(sorted(set(week_label.tolist()) - {far}), start=1)}
    number = np.array([firsts.get(label, 0) for label in range(far + 1)], dtype=np.int64)
    return number[row_label], number[week_label]


def matched_chain(counts: Floats) -> Floats:
    """Return the chain index, 1 at the first observed week: each link is the ratio of totals of matched rows.

    A week without any observed cell is skipped (nan) and bridged by the next link; the chain ends (nan) at a
    link without matched rows or from a total of zero.
    """
    observed = ~np.isnan(counts)
    chain = np.full(counts.shape[1], np.nan)
    previous: int | None = None
    for week in np.flatnonzero(observed.any(axis=0)):
        if previous is None:
            chain[week] = 1.0
        else:
            matched = observed[:, week] & observed[:, previous]
            before, after = counts[matched, previous].sum(), counts[matched, week].sum()
            if before == 0:
                break
            chain[week] = chain[previous] * after / before
        previous = int(week)
    return chain


# ------------------------------------------------------------------ uncertainty of the two-way index


@dataclass(frozen=True, slots=True)
class IndexUncertainty:
    """`covariance` of log week_effect (0 for the base, nan where unknown); `clusters` employers.

    `effective`: the number of employers of equal size that would tell as much. `listed`: what was counted in
    each week, over all series of the segment.
    """

    covariance: Floats
    clusters: int
    effective: float
    listed: Floats

    def interval(self, index: float, week: int, base: int) -> tuple[float, float, float] | None:
        """Return (lo, hi, p) of the ratio `index` = effect[week] / effect[base], None if not estimable.

        Employers that all moved alike have no variance, which is no certainty: the error is at least what one
        posting more or less makes of the smaller week.
        """
        if week == base:
            return index, index, 1.0
        c = self.covariance
        variance = float(c[week, week] + c[base, base] - 2 * c[week, base])
        if self.clusters < 2 or not np.isfinite(variance) or index <= 0:
            return None
        one_posting = 1 / min(float(self.listed[week]), float(self.listed[base]))
        error = max(float(np.sqrt(max(variance, 0.0))), one_posting)
        degrees = degrees_of_freedom(self.effective)
        half = t_quantile(0.975, degrees) * error
        low, high = float(index * np.exp(-half)), float(index * np.exp(half))
        return low, high, 2 * t_tail(abs(float(np.log(index))) / error, degrees)


def index_uncertainty(counts: Floats, fit: TwoWayIndex, segment: int, cluster: Ints) -> IndexUncertainty:
    """Return the employer-clustered covariance of the log week effects of one segment.

    The jackknife over employers, each left out by one Newton step: with scores U and information H as in
    `_profile`, employer c moves log b by (H - H_c)^-1 U_c, and V = (K-1)/K sum of the squares of that.
    Stocks of neighbouring weeks are nearly the same postings, which clustering allows for and a dispersion
    factor would not; the sandwich H^-1 (sum U_c U_c') H^-1 would be too narrow where a few employers are
    most of the market. `cluster` gives each row's employer.
    """
    weeks = counts.shape[1]
    covariance = np.full((weeks, weeks), np.nan)
    listed = np.nansum(counts[fit.row_segment == segment], axis=0)
    in_weeks = np.flatnonzero((fit.week_segment == segment) & (np.nan_to_num(fit.week_effect) > 0))
    in_rows = np.flatnonzero(fit.row_segment == segment)
    part = counts[np.ix_(in_rows, in_weeks)]
    informative = (~np.isnan(part)).sum(axis=1) >= 2
    part, owner = part[informative], cluster[in_rows][informative]
    ids, owner = np.unique(owner, return_inverse=True)
    if len(in_weeks) == 0 or len(ids) < 2:
        return IndexUncertainty(covariance, len(ids), float(len(ids)), listed)
    moved = _without_each(part, fit.week_effect[in_weeks], owner, len(ids))
    covariance[np.ix_(in_weeks, in_weeks)] = (len(ids) - 1) / len(ids) * moved.T @ moved
    size = np.bincount(owner, weights=np.nan_to_num(part).sum(axis=1))
    return IndexUncertainty(covariance, len(ids), float(size.sum() ** 2 / (size**2).sum()), listed)


def _without_each(part: Floats, b: Floats, owner: Ints, owners: int) -> Floats:
    """Return by how much log b (columns; 0 for the first) moves when one owner's rows (each) are left out."""
    scores, information = _profile(part, b)
    order = np.argsort(owner, kind="stable")
    begins = np.searchsorted(owner[order], np.arange(owners))
    by_owner = np.add.reduceat(scores[order], begins)
    moved = np.zeros((owners, len(b)))
    if len(b) == 1:
        return moved
    # A direction that only the owner left out knew of is not moved by it: its scores are 0 there.
    ridge = np.eye(len(b) - 1) * (np.trace(information) / len(b) * 1e-9)
    pi, total = (one[order] for one in _spread(part, b))
    ends = np.append(begins[1:], len(order))
    for first in range(0, owners, _OWNERS_AT_ONCE):
        many = range(first, min(first + _OWNERS_AT_ONCE, owners))
        left = np.repeat(information[None, 1:, 1:] + ridge, len(many), axis=0)
        for without, begin, end in zip(left, begins[first:], ends[first:], strict=False):
            without -= _information(pi[begin:end], total[begin:end])[1:, 1:]
        moved[many, 1:] = np.linalg.solve(left, by_owner[many, 1:, None])[..., 0]
    return moved
