package koine.engine.reasoning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import koine.engine.reasoning.Families.Family;
import koine.engine.reasoning.ThinkingSwitch.Effort;
import koine.engine.reasoning.ThinkingSwitch.Think;
import koine.engine.template.ChatTemplate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every template of the test kit, against what is known about its family. */
class RealTemplatesTest {
    private static final String THOUGHTS = "Add them: 1+1.\n\n  a < b, <b>not a tag</b>, [x], 「二」 اثنان\nSo 2.";
    private static final String ANSWER = "It is **2**.\n\n```\n<x> [y] <|z|>\n```\nاثنان 😀";
    private static final int ROUNDS = 40;

    @Test
    void every_template_tells_its_format_its_switches_and_its_end_of_turn() throws Exception {
        Map<String, Family> actual = new TreeMap<>();
        Map<String, Family> known = new TreeMap<>(Families.known());
        for (Map.Entry<String, String> template : Families.templates().entrySet()) {
            String source = template.getValue();
            ThinkingSwitch thinking = ThinkingSwitch.of(source);
            actual.put(
                    template.getKey(),
                    new Family(
                            ReasoningFormat.detect(source).name(),
                            thinking.isSwitchable(),
                            thinking.usual().name(),
                            thinking.variables(Think.ON, Effort.DEFAULT),
                            thinking.variables(Think.OFF, Effort.DEFAULT),
                            List.of(
                                    thinking.variables(Think.DEFAULT, Effort.LOW),
                                    thinking.variables(Think.DEFAULT, Effort.MEDIUM),
                                    thinking.variables(Think.DEFAULT, Effort.HIGH)),
                            EndOfTurn.texts(source),
                            Objects.requireNonNull(known.get(template.getKey())).writes()));
        }
        known.forEach((file, family) -> assertEquals(family, actual.get(file), file));
        Families.say(
                actual.values().stream().filter(f -> !f.format().equals("none")).count() + " of " + actual.size()
                        + " templates are of models that think, "
                        + actual.values().stream().filter(Family::switchable).count() + " can be switched");
    }

    @Test
    void thoughts_and_answer_come_apart_after_the_real_prompt_of_every_family_however_they_are_cut() throws Exception {
        long seed = System.nanoTime();
        Families.say("seed " + seed);
        Random random = new Random(seed);
        int prompts = 0;
        for (Map.Entry<String, String> template : Families.templates().entrySet()) {
            Family family = Families.known().get(template.getKey());
            if (family == null || family.writes() == null) {
                continue;
            }
            ReasoningFormat format = ReasoningFormat.detect(template.getValue());
            for (Map<String, @Nullable Object> variables :
                    List.of(Map.<String, @Nullable Object>of(), family.on(), family.off())) {
                String prompt = prompt(template.getValue(), variables);
                Turn turn = turn(family.writes(), prompt);
                String what = template.getKey() + " " + variables + " seed " + seed;
                for (int i = 0; i < ROUNDS; i++) {
                    String[] got = split(ReasoningSplitter.forPrompt(format, prompt, "1+1?"), turn.words(), random);
                    assertEquals(turn.thoughts(), got[0], what);
                    assertEquals(ANSWER, got[1], what);
                }
                prompts++;
            }
        }
        Families.say(prompts + " prompts of thinking models, " + ROUNDS + " ways to cut each answer");
    }

    @Test
    void a_template_that_can_be_switched_off_makes_a_prompt_after_which_the_answer_comes_at_once() throws Exception {
        List<String> decidedByModel = new ArrayList<>();
        for (Map.Entry<String, String> template : Families.templates().entrySet()) {
            Family family = Families.known().get(template.getKey());
            if (family == null || !family.switchable()) {
                continue;
            }
            String on = prompt(template.getValue(), family.on());
            String off = prompt(template.getValue(), family.off());
            assertFalse(on.equals(off), template.getKey());
            ReasoningFormat format = ReasoningFormat.detect(template.getValue());
            ReasoningSplitter splitter = ReasoningSplitter.forPrompt(format, off, "1+1?");
            assertFalse(splitter.isThinking(), template.getKey());
            assertEquals("It", splitter.feed("It").content(), template.getKey());
            if (!ReasoningSplitter.forPrompt(format, on, "1+1?").isThinking()) {
                decidedByModel.add(template.getKey());
            }
        }
        // Their prompts ask for thoughts in words or by a token; the model opens them itself.
        assertEquals(
                List.of(
                        "Apertus-8B-Instruct.jinja",
                        "CohereForAI-c4ai-command-r7b-12-2024-tool_use.jinja",
                        "GLM-4.6.jinja",
                        "HuggingFaceTB-SmolLM3-3B.jinja",
                        "Qwen-Qwen3-0.6B.jinja",
                        "google-gemma-4-31B-it-interleaved.jinja",
                        "google-gemma-4-31B-it.jinja",
                        "ibm-granite-granite-3.3-2B-Instruct.jinja",
                        "upstage-Solar-Open-100B.jinja"),
                decidedByModel.stream().filter(f -> !f.startsWith("ByteDance")).toList());
    }

    @Test
    void a_tag_that_the_person_typed_opens_nothing() throws Exception {
        for (Map.Entry<String, String> template : Families.templates().entrySet()) {
            Family family = Families.known().get(template.getKey());
            if (family == null || family.writes() == null || prompt(template.getValue(), family.off(), "x") == null) {
                continue;
            }
            ReasoningFormat format = ReasoningFormat.detect(template.getValue());
            String open =
                    family.writes().substring(0, family.writes().indexOf("{R}")).strip();
            for (String typed : List.of(open, "What is " + open, open + "\n", ">")) {
                String prompt = prompt(template.getValue(), family.off(), typed);
                boolean plain = ReasoningSplitter.forPrompt(format, prompt(template.getValue(), family.off()), "1+1?")
                        .isThinking();
                if (prompt != null) {
                    assertEquals(
                            plain,
                            ReasoningSplitter.forPrompt(format, prompt, typed).isThinking(),
                            template.getKey() + " " + typed);
                }
            }
        }
    }

    @Test
    void thoughts_of_earlier_turns_reach_the_templates_that_show_them() throws Exception {
        List<String> shown = new ArrayList<>();
        for (Map.Entry<String, String> template : Families.templates().entrySet()) {
            Map<String, @Nullable Object> answer = Probe.message("assistant", "2");
            answer.put("reasoning_content", "koinethoughts");
            List<Map<String, @Nullable Object>> messages = List.of(Probe.message("user", "1+1?"), answer);
            Map<String, @Nullable Object> variables =
                    new HashMap<>(ThinkingSwitch.of(template.getValue()).variables(Think.ON, Effort.DEFAULT));
            variables.put("add_generation_prompt", false);
            variables.put("messages", ReasoningHistory.of(template.getValue()).messages(messages));
            String prompt = new Probe(template.getValue()).render(List.of(), variables);
            if (prompt != null && prompt.contains("koinethoughts")) {
                shown.add(template.getKey());
                assertTrue(prompt.indexOf("koinethoughts") < prompt.lastIndexOf('2'), template.getKey());
            }
        }
        Families.say(shown.size() + " templates show the thoughts of the last turn: " + shown);
        for (String file : List.of(
                "Qwen-Qwen3-0.6B.jinja",
                "Qwen3.5-4B.jinja",
                "Spark2.5.jinja",
                "mistralai-Ministral-3-14B-Reasoning-2512.jinja",
                "openai-gpt-oss-120b.jinja",
                "upstage-Solar-Open-100B.jinja",
                "LFM2.5-8B-A1B.jinja",
                "poolside-Laguna-XS-2.1.jinja")) {
            assertTrue(shown.contains(file), file + " should show thoughts");
        }
    }

    private record Turn(String words, String thoughts) {}

    /** The rest of the turn, as the prompt has begun it: not at all, with thoughts opened, or with thoughts done. */
    private static Turn turn(String writes, String prompt) {
        String open = writes.substring(0, writes.indexOf("{R}"));
        String between = writes.substring(writes.indexOf("{R}") + 3, writes.indexOf("{C}"));
        String after = writes.substring(writes.indexOf("{C}") + 3);
        String end = prompt.stripTrailing();
        if (end.endsWith(open.strip())) {
            return new Turn(THOUGHTS + between + ANSWER + after, THOUGHTS);
        }
        for (int cut = between.length(); cut > 0; cut--) {
            String done = between.substring(0, cut).strip();
            String empty = open.strip() + done;
            if (end.endsWith(empty) || (done.endsWith(">") && end.endsWith(done))) {
                return new Turn(between.substring(cut) + ANSWER + after, "");
            }
        }
        int answerOnly = between.lastIndexOf("<|open|>");
        return answerOnly >= 0 && end.endsWith(between.substring(answerOnly))
                ? new Turn(ANSWER + after, "")
                : new Turn(open + THOUGHTS + between + ANSWER + after, THOUGHTS);
    }

    private static String prompt(String source, Map<String, @Nullable Object> variables) throws Exception {
        return String.valueOf(prompt(source, variables, "1+1?"));
    }

    private static @Nullable String prompt(String source, Map<String, @Nullable Object> variables, String typed)
            throws Exception {
        Map<String, @Nullable Object> all = new LinkedHashMap<>(variables);
        all.put("messages", List.of(Map.of("role", "user", "content", typed)));
        all.put("add_generation_prompt", true);
        all.put("bos_token", "<s>");
        all.put("eos_token", "</s>");
        return ChatTemplate.parse(source).render(all);
    }

    static String[] split(ReasoningSplitter splitter, String words, Random random) {
        StringBuilder thoughts = new StringBuilder();
        StringBuilder answer = new StringBuilder();
        int longest = 1 + random.nextInt(random.nextBoolean() ? 4 : 40);
        for (int at = 0; at < words.length(); ) {
            int next = Math.min(words.length(), at + 1 + random.nextInt(longest));
            Piece piece = splitter.feed(words.substring(at, next));
            thoughts.append(piece.reasoning());
            answer.append(piece.content());
            at = next;
        }
        Piece rest = splitter.finish();
        return new String[] {
            thoughts.append(rest.reasoning()).toString(),
            answer.append(rest.content()).toString()
        };
    }
}
