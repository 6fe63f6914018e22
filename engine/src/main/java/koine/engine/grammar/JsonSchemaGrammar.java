package koine.engine.grammar;

import com.google.gson.JsonObject;

/**
 * JSON Schema into GBNF, so that whatever a model answers under the grammar is valid under the schema. Not every valid
 * value can be answered: properties come in the schema's order, unnamed ones only where {@code additionalProperties} asks
 * for them, numbers have at most as many digits as a double keeps, spaces are few. A keyword that constrains and is not
 * understood is an error, never left out.
 */
public final class JsonSchemaGrammar {
    private JsonSchemaGrammar() {}

    /**
     * The grammar, with the start rule {@code root}.
     *
     * @throws GrammarException for a schema that is not supported, contradicts itself or is too large; with its place
     */
    public static String of(JsonObject schema) throws GrammarException {
        SchemaSize.check(schema);
        String grammar = new SchemaCompiler(schema).grammar();
        try {
            return GbnfGuard.checkEnding(grammar);
        } catch (GrammarException e) {
            throw GrammarException.inSchema("#", "it makes no usable grammar (" + e.getMessage() + ")");
        }
    }
}
