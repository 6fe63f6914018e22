package koine.engine.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The starter model's own template, as its file carries it. */
class SmolLm2TemplateTest {
    private static final String DEFAULT_SYSTEM =
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n";

    private static String prompt(boolean generate, String... rolesAndTexts) throws TemplateException {
        List<Map<String, String>> messages = new ArrayList<>();
        for (int i = 0; i < rolesAndTexts.length; i += 2) {
            messages.add(Map.of("role", rolesAndTexts[i], "content", rolesAndTexts[i + 1]));
        }
        return Fixtures.render(Fixtures.text("smollm2.jinja"), "messages", messages, "add_generation_prompt", generate);
    }

    @Test
    void addsItsOwnSystemMessageWhenThereIsNone() throws TemplateException {
        assertEquals(
                DEFAULT_SYSTEM + "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
                prompt(true, "user", "Hello"));
    }

    @Test
    void keepsTheGivenSystemMessage() throws TemplateException {
        assertEquals(
                "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n",
                prompt(true, "system", "Be brief.", "user", "Hello"));
    }

    @Test
    void writesSeveralTurnsInOrderAndAsksForNoAnswerUnlessToldTo() throws TemplateException {
        assertEquals(
                DEFAULT_SYSTEM + "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n"
                        + "<|im_start|>user\nc<|im_end|>\n",
                prompt(false, "user", "a", "assistant", "b", "user", "c"));
    }

    @Test
    void leavesTextOfEveryScriptAsItIs() throws TemplateException {
        for (String text :
                List.of("مرحبا، كيف حالك؟", "नमस्ते दुनिया", "こんにちは世界 😀", "\t<b> \"x\" & 'y' \\n {{ z }}\r\n ")) {
            assertEquals(
                    DEFAULT_SYSTEM + "<|im_start|>user\n" + text + "<|im_end|>\n<|im_start|>assistant\n",
                    prompt(true, "user", text));
        }
    }

    @Test
    void writesNothingForNoMessages() throws TemplateException {
        assertEquals("", prompt(false));
        assertEquals("<|im_start|>assistant\n", prompt(true));
    }
}
