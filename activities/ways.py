"""The statement that finds customers (R114): four ways to be found, and how each is looked for at a million customers.

A sample of the newest customers tells what is common: COMMON of SAMPLE have it. Where finds are common, or each word is
as a beginning, a walk through the newest WALK meets enough of them soon. Otherwise the index is asked for all finds at
once. It collects all customers with a beginning before it tells the first, so it is asked for the rare words alone, and
the common ones are compared in what it found; words that are each common, but not together, are looked up without what
begins with them if customers are more than LARGE. Where more than RANKED are found, exact finds are looked up on their
own, lest close ones hide them.
"""

SAMPLE, COMMON, WALK, NEAREST, RANKED = 500, 3, 20_000, 300, 1000
LARGE = 200_000  # fewer customers are looked through for anything soon enough
EXACT = 1  # the second way, and the first

# Ranked among as many as are counted: in which way they were found, the whole name or number before parts of it.
STATEMENT = """
WITH sampled AS MATERIALIZED (
    SELECT *, {is_walked} AS is_walked FROM (SELECT {counts} FROM (
        SELECT * FROM customers_customerwords ORDER BY customer_id DESC LIMIT %(sample)s
    ) newest) counted
), walked AS MATERIALIZED (
    SELECT min(customer_id) AS last
    FROM (SELECT customer_id FROM customers_customerwords ORDER BY customer_id DESC LIMIT %(walk)s) newest
), looked_up AS MATERIALIZED (
    SELECT customer_id, digits, {way} AS way FROM customers_customerwords
    WHERE {by_index} AND ({close}) IS TRUE LIMIT %(ranked)s + 1
), found_out AS MATERIALIZED (
    SELECT is_walked OR (SELECT count(*) FROM looked_up) > %(ranked)s AS are_many FROM sampled
)
SELECT customer.*, found.way, count(*) OVER () AS total
FROM ({exact_in_name} UNION ALL {exact} UNION ALL (
    SELECT customer_id, digits, way FROM (
        SELECT *, {way} AS way FROM (
            SELECT * FROM customers_customerwords WHERE (SELECT is_walked FROM sampled)
            ORDER BY customer_id DESC LIMIT %(walk)s
        ) newest WHERE {close} AND NOT words @@ %(exact)s::tsquery LIMIT %(nearest)s
    ) close ORDER BY way LIMIT %(enough)s
) UNION ALL (
    SELECT customer_id, digits, way FROM looked_up
    WHERE (way > %(last_exact)s OR NOT (SELECT are_many FROM found_out))
        AND ((SELECT NOT is_walked FROM sampled) OR customer_id < (SELECT last FROM walked))
    ORDER BY way LIMIT %(enough)s
) LIMIT %(enough)s) found JOIN customers_customer customer ON customer.id = found.customer_id
ORDER BY way,
    customers_folded(customers_plain(concat_ws(' ', first_name, last_name))) <> %(folded)s,
    NOT coalesce(string_to_array(found.digits, ' ') && %(numbers)s, false),
    customers_folded(customers_plain(last_name)), customers_folded(customers_plain(first_name)), customer.id
LIMIT %(limit)s OFFSET %(offset)s
"""
WAY = """CASE WHEN words @@ %(exact_name)s::tsquery THEN 0 WHEN words @@ %(exact)s::tsquery THEN 1
    WHEN words @@ %(close_name)s::tsquery THEN 2 ELSE 3 END"""
IN_NAME = "words @@ %(exact_name)s::tsquery"
ELSEWHERE = "words @@ %(exact)s::tsquery AND NOT words @@ %(exact_name)s::tsquery"
EXACTLY = """
(SELECT customer_id, digits, {way} AS way FROM (
    SELECT * FROM customers_customerwords WHERE (SELECT {count} >= %(common)s FROM sampled)
    ORDER BY customer_id DESC LIMIT %(walk)s
) newest WHERE {wanted} LIMIT %(enough)s)
UNION ALL (SELECT customer_id, digits, {way} AS way FROM customers_customerwords
WHERE {wanted} AND (SELECT are_many FROM found_out)
    AND ((SELECT {count} < %(common)s FROM sampled) OR customer_id < (SELECT last FROM walked))
LIMIT %(enough)s)"""
BY_WORDS = """words @@ (SELECT coalesce(nullif(concat_ws(' & ', {rare}), ''),
    CASE WHEN {are_whole} AND NOT is_walked AND reltuples > %(large)s THEN %(all_whole)s ELSE %(all_begun)s END
)::tsquery FROM sampled, pg_class WHERE pg_class.oid = 'customers_customerwords'::regclass)"""


def statement(question, *, enough, limit, offset):
    """The SQL and its parameters: `limit` from `offset` on, of no more than `enough`."""
    close, numbers, given = close_ones(question)
    sample = {"exact_name": IN_NAME, "exact": ELSEWHERE, "close": close}
    is_walked, by_index = "close >= %(common)s", numbers
    if not numbers:
        words, is_walked, by_index, more = by_words(question)
        sample, given = sample | words, given | more
    sql = STATEMENT.format(
        counts=", ".join(f"count(*) FILTER (WHERE {what}) AS {name}" for name, what in sample.items()),
        is_walked=is_walked,
        by_index=by_index,
        close=close,
        way=WAY,
        exact_in_name=EXACTLY.format(way=0, count="exact_name", wanted=IN_NAME),
        exact=EXACTLY.format(way=EXACT, count="exact", wanted=ELSEWHERE),
    )
    sizes = {
        "sample": SAMPLE,
        "common": COMMON,
        "walk": WALK,
        "nearest": NEAREST,
        "ranked": RANKED,
        "large": LARGE,
    }
    page = {"last_exact": EXACT, "enough": enough, "limit": limit, "offset": offset}
    return sql, words_of(question) | given | sizes | page


def words_of(question):
    return {
        "exact": question.all("whole"),
        "exact_name": f"{question.all('whole')} & {question.all('named')}",
        "close_name": question.all("named", begins=True),
        "folded": question.folded,
        "numbers": [digits for both in question.numbers.values() for digits in both],
    }


def close_ones(question):
    """The condition for what is anywhere and close, those of its numbers, and the parameters: a number may be words or
    part of a phone."""
    wanted, given = [], {}
    for place, (term, spellings) in enumerate(question.numbers.items()):
        given[f"number_{place}"] = term.query("close", begins=True)
        # Where one holds the other, whatever holds the longer holds the shorter.
        parts = [
            digits for digits in spellings if not any(part in digits for part in spellings if part != digits)
        ]
        given[f"digits_{place}"] = [f"%{digits}%" for digits in parts]
        wanted.append(f"(words @@ %(number_{place})s::tsquery OR digits LIKE ANY (%(digits_{place})s))")
    numbers = " AND ".join(wanted)
    if question.others:
        wanted.append("words @@ %(close)s::tsquery")
        given["close"] = joined(question.others, begins=True)
    return " AND ".join(wanted), numbers, given


def by_words(question):
    """What is counted of each word in the sample, when to walk, what the index is asked for, and the parameters."""
    counts, given, places = {}, {}, range(len(question.terms))
    for place, term in enumerate(question.terms):
        for kind in ("whole", "begun"):
            given[f"{kind}_{place}"] = term.query("close", begins=kind == "begun")
            counts[f"{kind}_{place}"] = f"words @@ %({kind}_{place})s::tsquery"
    for kind in ("whole", "begun"):
        given[f"all_{kind}"] = joined(question.terms, begins=kind == "begun")
    are_whole, are_begun = (
        " AND ".join(f"{kind}_{place} >= %(common)s" for place in places) for kind in ("whole", "begun")
    )
    is_walked = f"close >= %(common)s OR {are_begun} AND NOT ({are_whole})"
    rare = ", ".join(f"CASE WHEN begun_{place} < %(common)s THEN %(begun_{place})s END" for place in places)
    return counts, is_walked, BY_WORDS.format(rare=rare, are_whole=are_whole), given


def joined(terms, *, begins):
    return " & ".join(term.query("close", begins=begins) for term in terms)
