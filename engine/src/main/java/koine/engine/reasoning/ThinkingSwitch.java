package koine.engine.reasoning;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a chat template is told whether and how hard to think. Each family has its own variables and values; which of
 * them a template knows is found out by rendering it with and without them. Immutable; made once for each template.
 */
public final class ThinkingSwitch {
    /** Whether to think. */
    public enum Think {
        /** What the template does when nobody asks. */
        DEFAULT,
        ON,
        OFF
    }

    /** How hard to think. */
    public enum Effort {
        DEFAULT,
        LOW,
        MEDIUM,
        HIGH
    }

    /** Variables that are true or false. */
    private static final List<String> BOOLEANS = List.of("enable_thinking", "thinking", "reasoning");
    /** Variables that are words: name, on, off. */
    private static final List<List<String>> WORDS =
            List.of(List.of("thinking_mode", "enabled", "disabled"), List.of("thinking_option", "on", "off"));

    private static final List<String> EFFORTS = List.of("reasoning_effort", "thinking_effort", "reasoning_strength");
    private static final List<String> NO_EFFORT = List.of("none", "no_think", "minimal");
    private static final String BUDGET = "thinking_budget";
    /** Tokens; the steps that Seed-OSS was trained with. */
    private static final Map<Effort, Long> BUDGETS =
            Map.of(Effort.LOW, 512L, Effort.MEDIUM, 4096L, Effort.HIGH, 16384L);
    /** A word that no template knows: what it does with this it does with any. */
    private static final String UNKNOWN = "koineunknown";

    private final Map<String, @Nullable Object> on = new LinkedHashMap<>();
    private final Map<String, @Nullable Object> off = new LinkedHashMap<>();
    private final Map<Effort, Map<String, @Nullable Object>> efforts = new HashMap<>();
    private final boolean switchable;
    private final Think usual;

    private ThinkingSwitch(Probe probe) {
        Set<String> known = probe.variables();
        for (String name : BOOLEANS) {
            if (known.contains(name) && differs(probe, Map.of(name, true), Map.of(name, false))) {
                on.put(name, true);
                off.put(name, false);
            }
        }
        for (List<String> word : WORDS) {
            String name = word.getFirst();
            if (on.isEmpty()
                    && known.contains(name)
                    && differs(probe, Map.of(name, word.get(1)), Map.of(name, word.get(2)))) {
                on.put(name, word.get(1));
                off.put(name, word.get(2));
            }
        }
        if (known.contains(BUDGET) && differs(probe, Map.of(), Map.of(BUDGET, 0L))) {
            off.put(BUDGET, 0L);
            BUDGETS.forEach((effort, tokens) -> effort(effort).put(BUDGET, tokens));
        }
        for (String name : EFFORTS) {
            if (known.contains(name)) {
                addEfforts(probe, name);
            }
        }
        String thinking = prompt(probe, on);
        String silent = prompt(probe, off);
        switchable = !off.isEmpty() && silent != null && !silent.equals(thinking);
        usual = switchable ? usual(prompt(probe, Map.of()), thinking, silent) : Think.DEFAULT;
    }

    /** @param templateSource the chat template as the model file has it */
    public static ThinkingSwitch of(String templateSource) {
        return new ThinkingSwitch(new Probe(templateSource));
    }

    private static Think usual(@Nullable String unasked, @Nullable String thinking, @Nullable String silent) {
        if (alike(unasked, thinking)) {
            return Think.ON;
        }
        return alike(unasked, silent) ? Think.OFF : Think.DEFAULT;
    }

    /** But for white space: some templates print a little where they set what nobody gave. */
    private static boolean alike(@Nullable String left, @Nullable String right) {
        return left != null && right != null && words(left).equals(words(right));
    }

    private static String words(String prompt) {
        StringBuilder words = new StringBuilder();
        prompt.chars().filter(c -> !Character.isWhitespace(c)).forEach(c -> words.append((char) c));
        return words.toString();
    }

    private void addEfforts(Probe probe, String name) {
        String unknown = prompt(probe, with(name, UNKNOWN));
        boolean anyWord = unknown != null && unknown.contains(UNKNOWN);
        put(probe, name, Effort.LOW, unknown, List.of("low", "minimal"), false);
        put(probe, name, Effort.MEDIUM, unknown, List.of("medium", "high"), false);
        put(probe, name, Effort.HIGH, unknown, List.of("high", "max"), true);
        if (!off.isEmpty() || anyWord) {
            return;
        }
        for (String word : NO_EFFORT) {
            String prompt = prompt(probe, with(name, word));
            if (prompt != null && !prompt.equals(unknown)) {
                off.put(name, word);
                Object most = effort(Effort.HIGH).get(name);
                if (most != null && prompt.equals(prompt(probe, Map.of()))) {
                    on.put(name, most);
                }
                return;
            }
        }
    }

    /** The first of the words that the template accepts, when it makes a difference. */
    private void put(
            Probe probe, String name, Effort effort, @Nullable String unknown, List<String> words, boolean insist) {
        for (String word : words) {
            String prompt = prompt(probe, with(name, word));
            boolean matters = prompt != null && !prompt.equals(unknown);
            if (matters) {
                effort(effort).put(name, word);
            }
            if (matters || (prompt != null && !insist)) {
                return;
            }
        }
    }

    private Map<String, @Nullable Object> effort(Effort effort) {
        return efforts.computeIfAbsent(effort, e -> new LinkedHashMap<>());
    }

    private Map<String, @Nullable Object> with(String name, Object value) {
        Map<String, @Nullable Object> all = new HashMap<>(on);
        all.put(name, value);
        return all;
    }

    private static boolean differs(
            Probe probe, Map<String, @Nullable Object> left, Map<String, @Nullable Object> right) {
        String first = prompt(probe, left);
        String second = prompt(probe, right);
        return first != null && second != null && !first.equals(second);
    }

    private static @Nullable String prompt(Probe probe, Map<String, @Nullable Object> variables) {
        return probe.render(List.of(Probe.message("user", "1+1?")), variables);
    }

    /** Whether {@link Think#ON} and {@link Think#OFF} make a difference; else the model decides for itself. */
    public boolean isSwitchable() {
        return switchable;
    }

    /** Whether some {@link Effort} makes a difference. */
    public boolean hasEffort() {
        return efforts.values().stream().anyMatch(values -> !values.isEmpty());
    }

    /** What the template does when nobody asks; {@link Think#DEFAULT} where that is neither plain on nor off. */
    public Think usual() {
        return usual;
    }

    /**
     * Variables to render the template with, besides messages and tools; empty where the template cannot be told.
     *
     * @param effort not used with {@link Think#OFF}
     */
    public Map<String, @Nullable Object> variables(Think think, Effort effort) {
        if (think == Think.OFF) {
            return new LinkedHashMap<>(off);
        }
        Map<String, @Nullable Object> variables = new LinkedHashMap<>(think == Think.ON ? on : Map.of());
        variables.putAll(efforts.getOrDefault(effort, Map.of()));
        return variables;
    }

    /** The names of all variables it may set, sorted. */
    public List<String> names() {
        List<Map<String, @Nullable Object>> all = new ArrayList<>(efforts.values());
        all.add(on);
        all.add(off);
        return all.stream()
                .flatMap(map -> map.keySet().stream())
                .distinct()
                .sorted()
                .toList();
    }
}
