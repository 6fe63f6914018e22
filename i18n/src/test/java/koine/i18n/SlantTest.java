package koine.i18n;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlantTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "very (much) so, 42!", "Κοινή", "очень", "déjà vu — Đặng"})
    void scripts_with_an_italic_tradition_may_be_slanted(String text) {
        assertTrue(Slant.suits(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"مهم", "a ١٢", "،", "बहुत", "।", "重要", "중요", "สำคัญ", "Koine بالعربية"})
    void no_other_script_is_slanted(String text) {
        assertFalse(Slant.suits(text));
    }
}
