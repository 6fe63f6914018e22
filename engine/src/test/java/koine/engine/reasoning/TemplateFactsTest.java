package koine.engine.reasoning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import koine.engine.reasoning.ThinkingSwitch.Effort;
import koine.engine.reasoning.ThinkingSwitch.Think;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is read from small templates written for the purpose, each for one fact. */
class TemplateFactsTest {
    private static String turns(String end) {
        return "{% for m in messages %}{{ m.role }}: {{ m.content }}{% if m.role == 'assistant' %}" + end
                + "{% endif %}\n{% endfor %}";
    }

    @Test
    void a_tag_in_a_comment_is_no_tag() {
        assertSame(ReasoningFormat.NONE, ReasoningFormat.detect("{# <think> #}{{ messages }}{#</think>#}"));
        assertEquals("tags", ReasoningFormat.detect("{# a #}<think>{# b").name());
    }

    @Test
    void a_wrapper_is_one_only_where_the_template_has_both_of_its_tags() {
        assertEquals(
                Set.of("<think>", "</think>", "<answer>", "</answer>"),
                ReasoningFormat.detect("<think><answer></answer><response>").controlTokens());
    }

    @Test
    void what_follows_the_answers_of_earlier_turns_ends_a_turn() {
        assertEquals(Set.of("<|end_of_sentence|>"), EndOfTurn.texts(turns("<|end_of_sentence|>")));
        assertEquals(Set.of("<|endofturn|>"), EndOfTurn.texts(turns("<|endofturn|>\n")));
        assertEquals(Set.of("[|endofturn|]"), EndOfTurn.texts(turns("[|endofturn|]")));
    }

    @Test
    void nothing_is_added_where_llama_cpp_knows_the_end_or_there_is_none() {
        for (String end : List.of("<|im_end|>", "</s>", "{{ eos_token }}", "<|eot_id|>", "", "\n\n", "<end_of_turn>")) {
            assertEquals(Set.of(), EndOfTurn.texts(turns(end)), end);
        }
        assertEquals(Set.of(), EndOfTurn.texts("{{ raise_exception('no') }}"));
        assertEquals(Set.of(), EndOfTurn.texts("{% if %}"));
    }

    @Test
    void a_word_that_the_template_refuses_is_not_used() {
        ThinkingSwitch thinking =
                ThinkingSwitch.of("{% if reasoning_effort is defined and reasoning_effort not in ['low', 'high'] %}"
                        + "{{ raise_exception('no') }}{% endif %}{{ reasoning_effort }}");
        assertEquals(Map.of("reasoning_effort", "low"), thinking.variables(Think.DEFAULT, Effort.LOW));
        assertEquals(Map.of("reasoning_effort", "high"), thinking.variables(Think.DEFAULT, Effort.MEDIUM));
        assertFalse(thinking.isSwitchable());
        assertEquals(Map.of(), thinking.variables(Think.OFF, Effort.HIGH));
    }

    @Test
    void what_a_template_does_unasked_is_told_though_it_prints_more_space_then() {
        String source = "{% if thinking is not defined %}  {% set thinking = false %}{% endif %}"
                + "Bot:{% if thinking %}<think>{% else %}</think>{% endif %}";
        assertEquals(Think.OFF, ThinkingSwitch.of(source).usual());
        assertEquals(
                Think.ON, ThinkingSwitch.of(source.replace("= false", "= true")).usual());
    }

    @Test
    void a_variable_that_makes_no_difference_is_left_alone() {
        ThinkingSwitch thinking = ThinkingSwitch.of("{% if enable_thinking and false %}{% endif %}{{ messages }}");
        assertFalse(thinking.isSwitchable());
        assertFalse(thinking.hasEffort());
        assertEquals(List.of(), thinking.names());
        assertEquals(Think.DEFAULT, thinking.usual());
    }

    @Test
    void hostile_templates_are_asked_in_bounded_time() {
        String loop = "{% for a in range(99999) %}{% for b in range(99999) %}{{ enable_thinking }}{{ thinking }}"
                + "{{ reasoning_effort }}{{ thinking_budget }}{% endfor %}{% endfor %}";
        String open = "{#".repeat(500_000) + "<think>";
        String tags = "<think:".repeat(200_000);
        assertTimeout(Duration.ofSeconds(60), () -> {
            for (String source : List.of(loop, open, tags, "<" + "a".repeat(1_000_000))) {
                ReasoningFormat.detect(source);
                EndOfTurn.texts(source);
                ReasoningHistory.of(source);
                assertFalse(ThinkingSwitch.of(source).isSwitchable());
            }
        });
    }

    @Test
    void thoughts_go_where_the_template_looks_for_them_and_nowhere_else() {
        Map<String, @Nullable Object> answer =
                Map.of("role", "assistant", "content", "2", "reasoning_content", "hm", "name", "x");
        List<Map<String, @Nullable Object>> messages = List.of(Map.of("role", "user", "content", "1+1?"), answer);
        assertSame(
                messages,
                ReasoningHistory.of("{{ message.reasoning_content }}{{ message.thinking }}")
                        .messages(messages));
        assertSame(messages, ReasoningHistory.of("{{ message.content }}").messages(messages));
        Map<String, @Nullable Object> adapted = ReasoningHistory.of("{{ message['thinking'] }}")
                .messages(messages)
                .get(1);
        assertEquals("hm", adapted.get("thinking"));
        assertEquals("2", adapted.get("content"));
        Map<String, @Nullable Object> parts = ReasoningHistory.of("{% if block['type'] == 'thinking' %}")
                .messages(messages)
                .get(1);
        assertEquals(
                List.of(Map.of("type", "thinking", "thinking", "hm"), Map.of("type", "text", "text", "2")),
                parts.get("content"));
        assertEquals("x", parts.get("name"));
    }
}
