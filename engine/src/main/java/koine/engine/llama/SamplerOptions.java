package koine.engine.llama;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the next token is chosen.
 *
 * @param temperature 0 is greedy
 * @param topK of the likeliest tokens; 0 or less is all
 * @param topP smallest set of the likeliest tokens with this probability together, 0 to 1; 1 is all
 * @param minP least probability relative to the likeliest token, 0 to 1; 0 is all
 * @param seed of the dice; equal seeds, equal choices
 * @param logitBias added to the logits of single tokens; negative infinity rules one out
 * @param grammar GBNF that the answer keeps to, its start {@code root}; checked before, since llama.cpp trusts it
 */
public record SamplerOptions(
        double temperature,
        int topK,
        double topP,
        double minP,
        long seed,
        Penalties penalties,
        Dry dry,
        Map<Integer, Float> logitBias,
        @Nullable String grammar) {
    /** {@code LLAMA_DEFAULT_SEED}: llama.cpp would take a new one each time. */
    private static final int RANDOM_SEED = -1;

    /** Far above any sensible look back; llama.cpp allocates it. */
    private static final int MOST_LAST_TOKENS = 1 << 16;

    /**
     * Against repeating tokens.
     *
     * @param lastTokens how far it looks back; 0 is off
     * @param repeat divides positive logits of seen tokens, multiplies negative ones; 1 is off
     * @param frequency subtracted for each time a token was seen; 0 is off
     * @param presence subtracted once from seen tokens; 0 is off
     */
    public record Penalties(int lastTokens, double repeat, double frequency, double presence) {
        public static final Penalties OFF = new Penalties(64, 1, 0, 0);

        public Penalties {
            requireLook(lastTokens);
            if (!(repeat > 0 && repeat <= 100)) {
                throw new IllegalArgumentException("repeat_penalty: " + repeat);
            }
            if (!(Math.abs(frequency) <= 100) || !(Math.abs(presence) <= 100)) {
                throw new IllegalArgumentException("penalties: " + frequency + ", " + presence);
            }
        }

        public boolean on() {
            return lastTokens > 0 && (repeat != 1 || frequency != 0 || presence != 0);
        }
    }

    /**
     * "Don't repeat yourself": against repeating sequences of tokens (p-e-w, text-generation-webui pull request 5677).
     *
     * @param multiplier 0 is off
     * @param base of the growth with the length of the repetition
     * @param allowedLength tokens that may repeat without penalty
     * @param lastTokens how far it looks back; 0 is off
     * @param breakers texts at which a repetition begins anew
     */
    public record Dry(double multiplier, double base, int allowedLength, int lastTokens, List<String> breakers) {
        public static final List<String> USUAL_BREAKERS = List.of("\n", ":", "\"", "*");
        public static final Dry OFF = new Dry(0, 1.75, 2, 0, USUAL_BREAKERS);

        public Dry {
            requireLook(lastTokens);
            if (!(multiplier >= 0 && multiplier <= 100) || !(base >= 1 && base <= 100) || allowedLength < 1) {
                throw new IllegalArgumentException("dry: " + multiplier + ", " + base + ", " + allowedLength);
            }
            breakers = List.copyOf(breakers);
            if (breakers.stream().anyMatch(breaker -> breaker.isEmpty() || breaker.indexOf('\0') >= 0)) {
                throw new IllegalArgumentException("a DRY sequence breaker is empty");
            }
        }

        public boolean on() {
            return multiplier > 0 && lastTokens > 0;
        }
    }

    public SamplerOptions {
        if (!(temperature >= 0) || temperature > Float.MAX_VALUE) {
            throw new IllegalArgumentException("temperature: " + temperature);
        }
        if (!(topP >= 0 && topP <= 1)) {
            throw new IllegalArgumentException("top_p: " + topP);
        }
        if (!(minP >= 0 && minP <= 1)) {
            throw new IllegalArgumentException("min_p: " + minP);
        }
        logitBias = Map.copyOf(logitBias);
        if (logitBias.values().stream().anyMatch(bias -> bias.isNaN() || bias == Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("logit_bias");
        }
        if (grammar != null && (grammar.isBlank() || grammar.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException("grammar");
        }
    }

    /** Without penalties, biases and grammar. */
    public SamplerOptions(double temperature, int topK, double topP, double minP, long seed) {
        this(temperature, topK, topP, minP, seed, Penalties.OFF, Dry.OFF, Map.of(), null);
    }

    /** Always the likeliest token. */
    public static SamplerOptions greedy() {
        return new SamplerOptions(0, 0, 1, 0, 0);
    }

    private static void requireLook(int lastTokens) {
        if (lastTokens < 0 || lastTokens > MOST_LAST_TOKENS) {
            throw new IllegalArgumentException("last tokens: " + lastTokens);
        }
    }

    /** Whether nothing but the logits decides. */
    boolean isPlainlyGreedy() {
        return temperature == 0 && !penalties.on() && !dry.on() && logitBias.isEmpty() && grammar == null;
    }

    /** How many of the tokens before an answer matter to it. */
    int memory() {
        return Math.max(penalties.on() ? penalties.lastTokens() : 0, dry.on() ? dry.lastTokens() : 0);
    }

    /** Small seeds are themselves, as in other programs over llama.cpp. */
    public int nativeSeed() {
        int folded = Long.hashCode(seed);
        return folded == RANDOM_SEED ? RANDOM_SEED - 1 : folded;
    }
}
