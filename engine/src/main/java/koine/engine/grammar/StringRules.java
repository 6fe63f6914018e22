package koine.engine.grammar;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** Texts: bounds of length, pattern and format, alone or together. */
final class StringRules {
    private final Rules rules;
    private final String at;

    StringRules(Rules rules, String at) {
        this.rules = rules;
        this.at = at;
    }

    String string(JsonObject schema, String hint) throws GrammarException {
        int min = Keywords.count(schema, "minLength", 0, at);
        int max = Keywords.count(schema, "maxLength", Rules.UNBOUNDED, at);
        if (max != Rules.UNBOUNDED && max < min) {
            throw GrammarException.inSchema(at, "no text is so long and so short");
        }
        List<Pattern> with = new ArrayList<>();
        List<Pattern> without = new ArrayList<>();
        if (schema.has("pattern")) {
            Regex regex = Regex.parse(Keywords.text(schema, "pattern", at), at);
            with.add(regex.body());
            with.addAll(regex.with());
            without.addAll(regex.without());
        }
        if (schema.has("format")) {
            String format = Keywords.text(schema, "format", at);
            Pattern pattern = Formats.pattern(format, at);
            if (pattern != null) {
                with.add(pattern);
            } else if (!Formats.isAnnotation(format)) {
                throw GrammarException.inSchema(at, "format", "not supported for a text: " + format);
            }
        }
        if (with.isEmpty()) {
            return min == 0 && max == Rules.UNBOUNDED
                    ? JsonGrammar.STRING
                    : quoted(hint, rules.repeat(JsonGrammar.CHARACTER, min, max));
        }
        Pattern only = with.getFirst();
        if (with.size() == 1
                && without.isEmpty()
                && only.shortest() >= min
                && (max == Rules.UNBOUNDED || only.longest() <= max)) {
            return quoted(hint, only.json(rules));
        }
        return quoted(hint, Automaton.json(rules, with, without, min, max, at));
    }

    private String quoted(String hint, String expression) throws GrammarException {
        return rules.rule(hint, "\"\\\"\" " + expression + " \"\\\"\"");
    }
}
