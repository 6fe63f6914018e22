package koine.i18n;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The check is itself checked, on made-up texts: each thing it must catch, and the lines it offers to paste. */
class BundleCheckTest {
    private static final String NO_PENDING = "";

    @Test
    void a_translation_that_says_the_same_is_fine() {
        assertClean("""
                chat.send=Send
                chat.count={count, plural, =0 {Nothing} one {# message} other {# messages}} by {name}
                """, """
                chat.send=أرسل
                chat.count={name}: {count, plural, zero {لا رسائل} one {رسالة} two {رسالتان} few {# رسائل} many {# رسالة} other {# رسالة}}
                """);
    }

    @Test
    void a_missing_text_comes_with_its_line_and_the_place_for_it() {
        Finding finding = only(check("""
                # ---- window: chat ----
                chat.stop=Stop
                chat.send=Send
                # ---- end ----
                """, """
                # ---- window: chat ----

                chat.stop=أوقف
                # ---- end ----
                """, "ar"));
        assertEquals("chat.send is missing", finding.what());
        assertEquals("""
                translate and paste below line 3 (chat.stop) of ar.properties:
                chat.send=Send
                or, when a translator does it later, paste into pending.txt:
                ar: chat.send""", finding.fix());
    }

    @Test
    void the_first_text_of_a_section_goes_below_its_header() {
        String english = "a=A\n# ---- window: chat ----\nchat.send=Send\n";
        assertTrue(only(check(english, "a=ا\n# ---- window: chat ----\n", "ar"))
                .fix()
                .startsWith("translate and paste below line 2 (the header \"window: chat\") of ar.properties:\n"));
        assertTrue(only(check(english, "a=ا\n", "ar")).fix().startsWith("translate and paste at the end of ar"));
    }

    @Test
    void a_missing_plural_comes_with_the_categories_of_its_language() {
        Finding finding = only(check("n={n, plural, one {# day} other {# days}}\n", "", "ar"));
        assertPastes(
                finding,
                "n={n, plural, zero {# days} one {# day} two {# days} few {# days} many {# days} other {# days}}");
    }

    @Test
    void a_missing_text_may_be_pending_except_in_a_release() {
        assertEquals(List.of(), check("a=A\n", "", "ar", "ar: a\n", false));
        assertEquals(1, check("a=A\n", "", "hi", "ar: a\n", false).size());
        Finding refused = only(check("a=A\n", "", "ar", "ar: a\n", true));
        assertTrue(refused.what().contains("a release may have nothing pending"), refused::what);
        assertPastes(refused, "a=A");
    }

    @Test
    void a_pending_text_that_is_there_or_unknown_is_no_longer_pending() {
        Finding there = only(check("a=A\n", "a=ا\n", "ar", "ar: a\n", false));
        assertEquals("delete line 1 of pending.txt:\nar: a", there.fix());
        Finding unknown =
                only(new BundleCheck(bundle("en", "a=A\n"), pending("# owed\nar: b\n"), false).checkEnglish());
        assertEquals("delete line 2 of pending.txt:\nar: b", unknown.fix());
    }

    @Test
    void an_obsolete_text_is_named_with_its_line() {
        Finding finding = only(check("a=A\n", "a=ا\nb=ب\n", "ar"));
        assertEquals("b is obsolete: English does not have it", finding.what());
        assertEquals("delete line 2 of ar.properties:\nb=ب", finding.fix());
    }

    @Test
    void a_misnamed_argument_is_corrected_in_the_translators_own_words() {
        Finding finding = only(check("a=Open {file} now\n", "a=افتح {ملف} الآن\n", "ar"));
        assertEquals("a has the arguments {ملف=[text]}, but English has {file=[text]}", finding.what());
        assertPastes(finding, "a=افتح {file} الآن");
    }

    @Test
    void an_argument_of_another_type_is_caught() {
        assertPastes(only(check("a={n, number} of it\n", "a={n} में से\n", "hi")), "a={n, number} of it");
        assertEquals(
                1, check("a={d, date, short}\n", "a={d, date, long}\n", "hi").size());
        assertEquals(
                1, check("a={n, plural, one {1} other {#}}\n", "a={n}\n", "hi").size());
    }

    @Test
    void a_lost_or_invented_argument_is_caught_at_any_depth() {
        String english = "a={s, select, on {{n, plural, one {a {x}} other {b {x}}}} other {c}}\n";
        String lost = "a={s, select, on {{n, plural, one {a} other {b}}} other {c}}\n";
        String invented = "a={s, select, on {{n, plural, one {a {x}} other {b {x}}}} other {c {y}}}\n";
        assertPastes(only(check(english, lost, "hi")), english.strip());
        assertPastes(only(check(english, invented, "hi")), english.strip());
    }

    @Test
    void the_variants_of_a_choice_are_kept() {
        Finding finding = only(
                check("a={s, select, on {On} off {Off} other {?}}\n", "a={s, select, on {चालू} other {?}}\n", "hi"));
        assertPastes(finding, "a={s, select, on {On} off {Off} other {?}}");
    }

    @Test
    void plural_categories_are_exactly_those_of_the_language() {
        Finding lacking = only(
                check("a={n, plural, one {#} other {#}} x\n", "a={n, plural, one {يوم} other {# يومًا}} س\n", "ar"));
        assertEquals("a, plural of {n}: lacks [few, many, two, zero]", lacking.what());
        assertPastes(
                lacking,
                "a={n, plural, zero {# يومًا} one {يوم} two {# يومًا} few {# يومًا} many {# يومًا} other {# يومًا}} س");

        Finding foreign = only(check(
                "a={n, plural, one {#} other {#}}\n", "a={n, plural, one {# दिन} few {# दिन} other {# दिन}}\n", "hi"));
        assertEquals("a, plural of {n}: has [few], unknown to the language", foreign.what());
        assertPastes(foreign, "a={n, plural, one {# दिन} other {# दिन}}");
    }

    @Test
    void plurals_inside_plurals_offsets_and_ordinals_are_mended_too() {
        assertPastes(
                only(new BundleCheck(
                                bundle(
                                        "en",
                                        "a={n, plural, offset:1 =0 {none} other {{m, plural, many {x} other {y}}}}\n"),
                                pending(NO_PENDING),
                                false)
                        .checkEnglish()),
                "a={n, plural, offset:1 =0 {none} one {{m, plural, one {y} other {y}}}"
                        + " other {{m, plural, one {y} other {y}}}}");
        assertPastes(
                only(check(
                        "a={n, selectordinal, one {#st} two {#nd} few {#rd} other {#th}}\n",
                        "a={n, selectordinal, one {#} other {#}}\n",
                        "ar")),
                "a={n, selectordinal, other {#}}");
    }

    @Test
    void english_is_held_to_its_own_plurals() {
        Finding finding = only(
                new BundleCheck(bundle("en", "a={n, plural, other {#}}\n"), pending(NO_PENDING), false).checkEnglish());
        assertPastes(finding, "a={n, plural, one {#} other {#}}");
    }

    @Test
    void a_pattern_that_icu_refuses_is_caught() {
        assertTrue(only(check("a=A {x}\n", "a=ا {x\n", "ar")).what().startsWith("a is no ICU message pattern"));
        assertEquals(1, check("a=A\n", "a={n, plural, one {x}}\n", "hi").size(), "no other");
    }

    @Test
    void a_text_that_is_there_twice_is_caught() {
        Finding finding = only(check("a=A\n", "a=ا\na=ب\n", "ar"));
        assertEquals("ar.properties:2", finding.where());
        assertEquals("delete line 2 of ar.properties:\na=ب", finding.fix());
    }

    @Test
    void an_empty_text_and_one_over_two_lines_are_caught() {
        assertEquals("a is empty", only(check("a=A\n", "a=\n", "ar")).what());
        List<Finding> folded = check("a=A B\n", "a=ا \\\n  ب\n", "ar");
        assertTrue(folded.stream().anyMatch(f -> f.what().equals("a goes on in the next line")), folded::toString);
    }

    @Test
    void what_is_offered_to_paste_passes_the_check() {
        String english = "a={n, plural, one {# day} other {# days}} left, {name}\nb=It''s C:\\\\x\\n{f}\n";
        StringBuilder pasted = new StringBuilder();
        for (Finding finding : check(english, "", "ar")) {
            pasted.append(finding.fix().lines().skip(1).findFirst().orElseThrow())
                    .append('\n');
        }
        assertClean(english, pasted.toString());
    }

    private static void assertClean(String english, String arabic) {
        List<Finding> findings = new ArrayList<>(check(english, arabic, "ar"));
        findings.addAll(new BundleCheck(bundle("en", english), pending(NO_PENDING), false).checkEnglish());
        Finding.assertNone(findings);
    }

    private static List<Finding> check(String english, String translation, String tag) {
        return check(english, translation, tag, NO_PENDING, false);
    }

    private static List<Finding> check(
            String english, String translation, String tag, String pending, boolean release) {
        return new BundleCheck(bundle("en", english), pending(pending), release).check(bundle(tag, translation), tag);
    }

    private static BundleFile bundle(String tag, String content) {
        return BundleFile.parse(tag + ".properties", content);
    }

    private static BundleFile pending(String content) {
        return BundleFile.parse("pending.txt", content);
    }

    private static Finding only(List<Finding> findings) {
        assertEquals(1, findings.size(), findings::toString);
        return findings.getFirst();
    }

    private static void assertPastes(Finding finding, String line) {
        assertTrue(finding.fix().lines().anyMatch(line::equals), finding::toString);
    }
}
