from django.db import migrations

# The functions say what customers/words.py says; tests compare the two. Collation pg_c_utf8 is the same everywhere.
# A field ends with \x01, which stands in the line of words without being one, so that no phrase goes on over it.
FUNCTIONS = r"""
CREATE FUNCTION customers_plain(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length(given) = length(given) THEN lower(given COLLATE pg_c_utf8) ELSE regexp_replace(
        replace(lower(replace(normalize(given, NFC), 'İ', 'i') COLLATE pg_c_utf8), 'ς', 'σ'),
        '[\u0300-\u036f]', '', 'g') END
$$;

CREATE FUNCTION customers_folded(plainly text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN octet_length(plainly) = length(plainly) THEN plainly ELSE
        normalize(replace(replace(replace(replace(translate(
            regexp_replace(normalize(plainly, NFD), '[\u0300-\u036f]', '', 'g'), 'łđøħŧıðŋ', 'ldohtidn'),
            'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), NFC) END
$$;

CREATE FUNCTION customers_split(given text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT string_to_array(btrim(regexp_replace(given,
        '[\u0002-/:-@\[-`{-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u206f\u2e00-\u2e7f\u3000-\u303f\ufeff]+',
        ' ', 'g')), ' ')
$$;

-- Of each word: e… as it is, where folding changes nothing, else x… as it is and f… folded; x… for a Turkish I, too;
-- and n… folded, if it is of the name, which is the first field.
CREATE FUNCTION customers_lexemes(fields text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    plain text[] := customers_split(customers_plain(fields));
    turkish text[] := plain;
    named integer := array_position(plain, E'\x01');
    word text;
    folded text;
    spot text;
    line text := '';
BEGIN
    IF strpos(fields, 'I') > 0 THEN
        turkish := customers_split(customers_plain(replace(fields, 'I', 'ı')));
    END IF;
    FOR place IN 1 .. cardinality(plain) LOOP
        word := left(plain[place], 100);
        CONTINUE WHEN word <= E'\x01';
        folded := left(customers_folded(word), 100);
        spot := ''':' || least(place, 16000) || ' ';
        IF word = folded THEN
            line := line || '''e' || word || spot;
        ELSE
            line := line || '''x' || word || spot || '''f' || folded || spot;
        END IF;
        IF turkish[place] <> plain[place] THEN
            line := line || '''x' || left(turkish[place], 100) || spot;
        END IF;
        IF place < named THEN
            line := line || '''n' || folded || spot;
        END IF;
    END LOOP;
    RETURN line::tsvector;
END
$$;

-- Two who change the same customer do so one after the other, each seeing what the first has written.
CREATE FUNCTION customers_write_words(ids bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM customers_customer WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    INSERT INTO customers_customerwords (customer_id, words, digits)
    SELECT id,
           customers_lexemes(concat_ws(E' \x01 ', concat_ws(' ', first_name, last_name), company,
               (SELECT string_agg(value, E' \x01 ' ORDER BY point.id)
                FROM customers_contactpoint point WHERE customer_id = customer.id),
               address, city, country, external_id, notes)),
           coalesce((SELECT string_agg(regexp_replace(normalised, '\D', '', 'g'), ' ' ORDER BY point.id)
               FROM customers_contactpoint point WHERE customer_id = customer.id AND kind = 'phone'), '')
    FROM customers_customer customer WHERE id = ANY (ids)
    ON CONFLICT (customer_id) DO UPDATE SET words = excluded.words, digits = excluded.digits
    WHERE (customers_customerwords.words, customers_customerwords.digits) IS DISTINCT FROM (excluded.words, excluded.digits);
END
$$;

CREATE FUNCTION customers_words_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'customers_customer' THEN
        PERFORM customers_write_words(array(SELECT id FROM changed));
    ELSE
        PERFORM customers_write_words(array(SELECT DISTINCT customer_id FROM changed));
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION customers_words_of_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM customers_write_words(array(SELECT customer_id FROM changed UNION SELECT customer_id FROM former));
    RETURN NULL;
END
$$;
"""

TRIGGERS = """
CREATE TRIGGER words_of_new AFTER INSERT ON customers_customer
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION customers_words_of_changed();
CREATE TRIGGER words_of_changed AFTER UPDATE ON customers_customer
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION customers_words_of_changed();
CREATE TRIGGER words_of_new AFTER INSERT ON customers_contactpoint
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION customers_words_of_changed();
CREATE TRIGGER words_of_changed AFTER UPDATE ON customers_contactpoint
    REFERENCING NEW TABLE AS changed OLD TABLE AS former
    FOR EACH STATEMENT EXECUTE FUNCTION customers_words_of_moved();
CREATE TRIGGER words_of_gone AFTER DELETE ON customers_contactpoint
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION customers_words_of_changed();
"""

UNDONE = """
DROP TRIGGER words_of_new ON customers_customer;
DROP TRIGGER words_of_changed ON customers_customer;
DROP TRIGGER words_of_new ON customers_contactpoint;
DROP TRIGGER words_of_changed ON customers_contactpoint;
DROP TRIGGER words_of_gone ON customers_contactpoint;
DROP FUNCTION customers_words_of_moved, customers_words_of_changed, customers_write_words, customers_lexemes,
    customers_split, customers_folded, customers_plain;
"""


class Migration(migrations.Migration):
    """Triggers keep the words of each customer, whoever writes."""

    dependencies = [("customers", "0004_customerwords")]

    operations = [
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, UNDONE),
        migrations.RunSQL(
            "SET LOCAL statement_timeout = 0; SELECT customers_write_words(array(SELECT id FROM customers_customer))",
            migrations.RunSQL.noop,
        ),
    ]
