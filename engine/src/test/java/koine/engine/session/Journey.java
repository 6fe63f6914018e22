package koine.engine.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import koine.engine.llama.ModelLoadException;
import koine.engine.session.Stage.Answer;
import koine.gguf.TinyFamily;

/** What people do with a conversation, one after the other on one generator. Prompts are plain text, so any model goes. */
final class Journey {
    private static final String SYSTEM = "The harbour master answers what sailors ask. ";
    private static final String FIRST = "Sailor: How deep is the water at the old pier?\nMaster:";
    private static final String SECOND = "\nSailor: And at low tide?\nMaster:";
    private static final String EDITED = "\nSailor: Who built it?\nMaster:";
    private static final String THIRD = "\nSailor: Thank you. When is the next ferry?\nMaster:";

    /** Whether there is time for all that can be shown. */
    static final boolean LONG = Boolean.getBoolean("koine.long");

    private final Stage stage;
    private final int said;
    private final List<Step> steps = new ArrayList<>();

    /** @param prompt all that the model has been shown, whether now or before */
    record Step(String name, String prompt, Answer answer) {}

    /** @param said tokens of each answer */
    Journey(Stage stage, int said) {
        this.stage = stage;
        this.said = said;
    }

    /** One architecture for each kind of memory; all of them with {@code -Dkoine.long=true}. */
    static List<TinyFamily> families() {
        Set<String> usual = Set.of("llama", "gemma3", "falcon-h1", "qwen35", "plamo2");
        return TinyFamily.all().stream()
                .filter(family -> LONG || usual.contains(family.architecture()))
                .toList();
    }

    static Journey whole(Stage stage, int said) throws ModelLoadException {
        Journey journey = new Journey(stage, said).alone().together();
        return LONG ? journey.cancelled().evicted().restored() : journey.restored();
    }

    List<Step> steps() {
        return steps;
    }

    Answer step(String name, String key, String prompt) {
        return add(name, prompt, stage.ask(key, prompt, said));
    }

    private Answer add(String name, String prompt, Answer answer) {
        steps.add(new Step(name, prompt, answer));
        return answer;
    }

    /** One conversation: asked, gone on with, edited, asked again, branched, and with part of an answer taken out. */
    Journey alone() {
        add("cold", SYSTEM + FIRST, stage.ask(null, SYSTEM + FIRST, said));
        String one = SYSTEM + FIRST + step("first", "a", SYSTEM + FIRST).text;
        String two = one + SECOND + step("follow-up", "a", one + SECOND).text;
        step("edit", "a", one + EDITED);
        step("retry", "a", one + EDITED);
        step("edit of the first question", "a", SYSTEM + "Sailor: Who are you?\nMaster:");
        step("back on the first branch", "a", one + SECOND);
        step("further on the first branch", "a", two + THIRD);
        String thought = step("with reasoning", "b", SYSTEM + FIRST).text.toString();
        String stripped = SYSTEM + FIRST + thought.substring(thought.length() / 2) + SECOND;
        step("stripped reasoning", "b", stripped);
        return this;
    }

    /** Four conversations that come one after the other and are read and answered side by side; then each goes on. */
    Journey together() {
        List<String> prompts = List.of(
                SYSTEM + FIRST,
                SYSTEM.repeat(3) + "Sailor: Where do I moor?\nMaster:",
                "Sailor: Hello!\nMaster:",
                SYSTEM.repeat(2) + EDITED);
        List<Answer> answers = stage.together(
                2,
                List.of(
                        Stage.request(prompts.get(0), said + 9, "p0", false),
                        Stage.request(prompts.get(1), said, "p1", false),
                        Stage.request(prompts.get(2), said + 4, "p2", false),
                        Stage.request(prompts.get(3), said, "p3", false)));
        for (int i = 0; i < answers.size(); i++) {
            add("beside others " + i, prompts.get(i), answers.get(i));
        }
        for (int i = 0; i < answers.size(); i++) {
            step("after others " + i, "p" + i, prompts.get(i) + answers.get(i).text + THIRD);
        }
        return this;
    }

    /** Broken off while reading beside another, and while answering. */
    Journey cancelled() {
        String prompt = FIRST;
        while (stage.tokens(SYSTEM + prompt) < 400) {
            prompt = SYSTEM + prompt;
        }
        stage.askUntilRead("c", prompt, 200, SYSTEM.repeat(2));
        step("cancelled while reading", "c", prompt);
        String part = stage.askUntilSaid("d", SYSTEM + FIRST, 4).text.toString();
        step("cancelled while answering", "d", SYSTEM + FIRST + part + SECOND);
        return this;
    }

    /** More conversations than slots. */
    Journey evicted() {
        for (String key : List.of("e", "f", "g", "h", "i")) {
            stage.ask(key, SYSTEM + key + FIRST, 2);
        }
        step("evicted", "e", SYSTEM + "e" + FIRST);
        return this;
    }

    /** The program ends and starts again. */
    Journey restored() throws ModelLoadException {
        String prompt = SYSTEM.repeat(4) + FIRST;
        String one = prompt + step("before the restart", "r", prompt).text;
        stage.readSlowly();
        stage.rest();
        stage.reload();
        step("restored", "r", one + SECOND);
        return this;
    }
}
