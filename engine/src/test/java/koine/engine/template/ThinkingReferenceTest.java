package koine.engine.template;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import koine.engine.reasoning.ReasoningHistory;
import koine.engine.reasoning.ThinkingSwitch;
import koine.engine.reasoning.ThinkingSwitch.Effort;
import koine.engine.reasoning.ThinkingSwitch.Think;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Koine sets to make a model think, or not, does to the prompt what Jinja2 says it does. */
class ThinkingReferenceTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path folder;

    @SuppressWarnings("NullAway.Init")
    private static Jinja2 jinja;

    @SuppressWarnings("NullAway.Init")
    private static Map<String, String> templates;

    @BeforeAll
    static void findPython() throws Exception {
        templates = Fixtures.realTemplates();
        Assumptions.assumeFalse(templates.isEmpty(), "the test kit has no templates");
        jinja = Jinja2.orSkip(folder);
    }

    @Test
    void finds_the_variables_of_every_real_template_as_jinja_does() throws Exception {
        List<List<String>> expected = jinja.variables(List.copyOf(templates.values()));
        int i = 0;
        for (Map.Entry<String, String> template : templates.entrySet()) {
            Set<String> actual = ChatTemplate.parse(template.getValue()).variables();
            assertEquals(expected.get(i++), List.copyOf(actual), template.getKey());
        }
    }

    @Test
    void every_way_to_think_and_thoughts_of_earlier_turns_render_as_jinja_renders_them() throws Exception {
        List<String> names = new ArrayList<>();
        List<Jinja2.Case> cases = new ArrayList<>();
        for (Map.Entry<String, String> template : templates.entrySet()) {
            ThinkingSwitch thinking = ThinkingSwitch.of(template.getValue());
            ReasoningHistory history = ReasoningHistory.of(template.getValue());
            Set<Map<String, @Nullable Object>> ways = new LinkedHashSet<>();
            for (Think think : Think.values()) {
                for (Effort effort : Effort.values()) {
                    ways.add(thinking.variables(think, effort));
                }
            }
            for (Map<String, @Nullable Object> way : ways) {
                for (boolean prompt : List.of(true, false)) {
                    Map<String, @Nullable Object> variables = new LinkedHashMap<>(way);
                    variables.put("messages", history.messages(messages(prompt)));
                    variables.put("add_generation_prompt", prompt);
                    variables.put("bos_token", "<s>");
                    variables.put("eos_token", "</s>");
                    names.add(template.getKey() + " " + way + " " + prompt);
                    cases.add(new Jinja2.Case(template.getValue(), variables));
                }
            }
        }
        List<Jinja2.Outcome> expected = jinja.render(cases, true);
        int prompts = 0;
        for (int i = 0; i < cases.size(); i++) {
            Jinja2.Outcome actual;
            try {
                String text = ChatTemplate.parse(cases.get(i).source())
                        .render(cases.get(i).variables(), Fixtures.CLOCK);
                actual = new Jinja2.Outcome(text, null);
                prompts++;
            } catch (TemplateException e) {
                actual = new Jinja2.Outcome(null, e.jinjaText());
            }
            assertEquals(expected.get(i), actual, names.get(i));
        }
        Fixtures.say(prompts + " of " + cases.size() + " prompts with thinking switched, the others refused by both");
    }

    private static List<Map<String, @Nullable Object>> messages(boolean withQuestion) {
        List<Map<String, @Nullable Object>> messages = new ArrayList<>();
        messages.add(Map.of("role", "user", "content", "1+1?"));
        messages.add(Map.of("role", "assistant", "content", "2", "reasoning_content", "one and one"));
        if (withQuestion) {
            messages.add(Map.of("role", "user", "content", "2+2?"));
        } else {
            messages.add(Map.of("role", "user", "content", "3?"));
            messages.add(Map.of("role", "assistant", "content", "3", "reasoning_content", "three it is"));
        }
        return messages;
    }
}
