package koine.engine.server;

import com.google.gson.JsonObject;
import java.util.Set;
import koine.engine.grammar.GbnfGuard;
import koine.engine.grammar.GrammarException;
import koine.engine.grammar.JsonGrammar;
import koine.engine.grammar.JsonSchemaGrammar;
import org.jspecify.annotations.Nullable;

/** The form that a request wants its answer to have, as a grammar. */
final class OutputFormat {
    static final Set<String> NAMES = Set.of("response_format", "json_schema", "grammar");

    private OutputFormat() {}

    /** @return checked GBNF, or null when any text will do */
    static @Nullable String grammar(Fields fields) throws ApiException {
        int wishes = 0;
        for (String name : NAMES) {
            wishes += fields.has(name) && !isText(fields, name) ? 1 : 0;
        }
        if (wishes > 1) {
            throw ApiException.invalid("only one of \"response_format\", \"json_schema\" and \"grammar\" is possible");
        }
        try {
            if (fields.has("grammar")) {
                String grammar = fields.text("grammar");
                return grammar.isEmpty() ? null : GbnfGuard.check(grammar);
            }
            if (fields.has("json_schema")) {
                return JsonSchemaGrammar.of(schema(fields, "json_schema"));
            }
            return fields.has("response_format") ? format(fields.object("response_format")) : null;
        } catch (GrammarException e) {
            throw ApiException.invalid(String.valueOf(e.getMessage()));
        }
    }

    private static boolean isText(Fields fields, String name) throws ApiException {
        return switch (name) {
            case "response_format" -> fields.object(name).text("type").equals("text");
            case "grammar" -> fields.text(name).isEmpty();
            default -> false;
        };
    }

    private static @Nullable String format(Fields format) throws ApiException, GrammarException {
        return switch (format.text("type")) {
            case "text" -> null;
            case "json_object" ->
                format.has("schema") ? JsonSchemaGrammar.of(schema(format, "schema")) : JsonGrammar.any();
            case "json_schema" -> JsonSchemaGrammar.of(schema(format.object("json_schema"), "schema"));
            default ->
                throw ApiException.invalid(
                        "the \"type\" of \"response_format\" must be text, json_object or json_schema");
        };
    }

    private static JsonObject schema(Fields fields, String name) throws ApiException {
        return fields.object(name).asJson();
    }
}
