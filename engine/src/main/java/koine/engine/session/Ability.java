package koine.engine.session;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import koine.engine.session.Generator.Request;

/**
 * What one {@link Generator} can do and another cannot. What all can is not named. The words are for programmers; what is asked
 * for and missing is a {@link MissingAbilityException}, never left out silently.
 */
public enum Ability {
    SCORES("how likely each token of the answer was, and others in its place"),
    PROMPT_SCORES("how likely each token of the prompt was"),
    GRAMMAR("answers held to a grammar or a JSON schema"),
    DRY("the DRY rule against repeated sequences"),
    ADAPTERS("LoRA adapters for each request"),
    EMBEDDINGS("embeddings of texts, with models that were made for them"),
    PLAIN_TOKENS("tokens of a text whose names of control tokens are just text"),
    OFFLOAD("layers of the model on a graphics card"),
    SEVERAL_AT_ONCE("several answers computed side by side; else one after the other"),
    PREFIX_CACHE("a follow-up reads only what is new"),
    CONVERSATIONS("what several conversations have read is kept; else that of the last one"),
    SNAPSHOTS("what was read is kept over the end of the process, where that is allowed"),
    PROMPT_PROGRESS("how much of a prompt has been read is told meanwhile"),
    CANCEL_IN_PROMPT("a request can be ended while its prompt is read"),
    LOAD_PROGRESS("how much of a model has been loaded is told meanwhile, and a load can be ended"),
    EXACT_COUNTS("tokens of an answer, and those that were read before, are counted, not estimated");

    private final String words;

    Ability(String words) {
        this.words = words;
    }

    /** What it is. */
    public String words() {
        return words;
    }

    /** As programs read it. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What a request cannot be answered without. */
    public static Set<Ability> neededBy(Request request) {
        Set<Ability> needed = EnumSet.noneOf(Ability.class);
        if (request.alternatives() >= 0) {
            needed.add(SCORES);
        }
        if (request.scorePrompt()) {
            needed.add(PROMPT_SCORES);
        }
        if (request.sampling().grammar() != null) {
            needed.add(GRAMMAR);
        }
        if (request.sampling().dry().on()) {
            needed.add(DRY);
        }
        if (!request.adapters().isEmpty()) {
            needed.add(ADAPTERS);
        }
        return needed;
    }
}
