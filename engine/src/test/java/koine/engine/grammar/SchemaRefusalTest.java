package koine.engine.grammar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaRefusalTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'not':{'type':'null'}} | 'not' at #",
                "{'if':{},'then':{}} | 'if' at #",
                "{'type':'object','properties':{'a':{'type':'array','contains':{}}}} | 'contains' at #/properties/a",
                "{'type':'object','patternProperties':{'x':{}}} | 'patternProperties' at #",
                "{'type':'object','propertyNames':{'maxLength':3}} | 'propertyNames' at #",
                "{'type':'object','dependentRequired':{'a':['b']}} | 'dependentRequired' at #",
                "{'type':'object','properties':{'a':{},'b':{}},'minProperties':1} | 'minProperties' at #",
                "{'type':'array','uniqueItems':true} | 'uniqueItems' at #",
                "{'type':'number','multipleOf':0.01} | 'multipleOf' at #",
                "{'type':'string','format':'credit-card'} | 'format' at #",
                "{'type':'string','pattern':'^(?<=a)b$'} | 'pattern' at #",
                "{'type':'string','pattern':'(a)\\\\1'} | 'pattern' at #",
                "{'type':'string','pattern':'\\\\bword\\\\b'} | 'pattern' at #",
                "{'type':'string','pattern':'^a$','minLength':2} | no text fits",
                "{'type':'string','minLength':5,'maxLength':2} | so long and so short",
                "{'type':'integer','minimum':5,'maximum':2} | no number is within",
                "{'type':'integer','minimum':1.2,'maximum':1.8} | no number is within",
                "{'type':'number','minimum':1e400} | digits",
                "{'type':'string','maxLength':99999999} | 'maxLength' at #",
                "{'type':'strin'} | 'type' at #",
                "{'enum':[]} | 'enum' at #",
                "{'type':'integer','enum':['a']} | none of the values",
                "{'enum':['aa','b'],'minLength':2} | 'minLength' at #",
                "{'$ref':'https://example.org/schema'} | '$ref' at #",
                "{'$ref':'#/$defs/nothing'} | leads nowhere",
                "{'$ref':'#'} | no usable grammar",
                "{'$defs':{'a':{'allOf':[{'$ref':'#/$defs/a'},{'type':'string'}]}},'$ref':'#/$defs/a'} | without end",
                "{'$defs':{'n':{'type':'object','properties':{'n':{'$ref':'#/$defs/n'}},'required':['n']}},'$ref':'#/$defs/n'} | never come to an end",
                "{'allOf':[{'type':'string'},{'type':'integer'}]} | 'type' at #",
                "{'oneOf':[{'type':'integer'},{'type':'number'}]} | 'oneOf' at #",
                "{'type':'object','properties':{'a':{'type':'integer'}},'required':['a','b'],'additionalProperties':false} | schema is false",
                "{'anyOf':[]} | 'anyOf' at #",
                "{'type':'object','properties':{'a':7}} | #/properties/a",
                "{'type':'object','properties':[]} | 'properties' at #"
            })
    void whatIsNotSupportedIsNamedWithItsPlace(String schema, String expected) {
        GrammarException e =
                assertThrows(GrammarException.class, () -> JsonSchemaGrammar.of(schema(schema.replace('\'', '"'))));
        assertTrue(String.valueOf(e.getMessage()).contains(expected), e.getMessage());
    }

    @Test
    void theExceptionTellsThePlaceAsAPointer() {
        GrammarException e = assertThrows(
                GrammarException.class, () -> JsonSchemaGrammar.of(schema("{\"properties\":{\"a/b\":{\"not\":{}}}}")));
        assertEquals("#/properties/a~1b", e.where());
    }

    @Test
    void aHostileSchemaEndsInATypedErrorSoon() {
        JsonObject deep = new JsonObject();
        for (int i = 0; i < 20_000; i++) {
            JsonObject outer = new JsonObject();
            outer.add("items", deep);
            deep = outer;
        }
        refusedSoon(deep);

        String doubling = IntStream.range(0, 40)
                .mapToObj(i -> "\"d" + i + "\":{\"allOf\":[{\"$ref\":\"#/$defs/d" + (i + 1)
                        + "\"},{\"$ref\":\"#/$defs/d" + (i + 1) + "\"}]},")
                .collect(Collectors.joining());
        refusedSoon(schema("{\"$defs\":{" + doubling + "\"d40\":{\"type\":\"string\"}},\"$ref\":\"#/$defs/d0\"}"));

        refusedSoon(schema("{\"type\":\"object\",\"properties\":{"
                + IntStream.range(0, 12_000)
                        .mapToObj(i -> "\"p" + i + "\":{\"type\":\"string\",\"maxLength\":" + (1000 + i) + "}")
                        .collect(Collectors.joining(","))
                + "}}"));

        JsonArray many = new JsonArray();
        IntStream.range(0, 60_000).forEach(many::add);
        JsonObject words = new JsonObject();
        words.add("enum", many);
        refusedSoon(words);

        refusedSoon(
                schema("{\"type\":\"string\",\"pattern\":\"^(?=[^b]*b.{25}$)(?=[^c]*c.{24}$).*[ab].{18}[cd].{17}$\"}"));
    }

    @Test
    void manyOptionalPropertiesMakeAGrammarThatGrowsWithTheirNumber() throws GrammarException {
        int hundred = JsonSchemaGrammar.of(optional(100)).length();
        int twoHundred = JsonSchemaGrammar.of(optional(200)).length();
        assertTrue(twoHundred < 2.5 * hundred, hundred + " and " + twoHundred);
    }

    @Test
    void manyWordsAndManyOptionalPropertiesAreNotTakenForHostile() throws GrammarException {
        JsonArray words = new JsonArray();
        IntStream.range(0, 1000).forEach(i -> words.add("word-" + Integer.toHexString(i * 7919)));
        JsonObject schema = optional(300);
        JsonObject word = new JsonObject();
        word.add("enum", words);
        schema.getAsJsonObject("properties").add("word", word);
        assertTrue(JsonSchemaGrammar.of(schema).startsWith("root ::= "));
    }

    private static JsonObject optional(int count) {
        return schema("{\"type\":\"object\",\"properties\":{"
                + IntStream.range(0, count)
                        .mapToObj(i -> "\"p" + i + "\":{\"type\":\"string\"}")
                        .collect(Collectors.joining(","))
                + "}}");
    }

    private static JsonObject schema(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static void refusedSoon(JsonObject schema) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(10), () -> assertThrows(GrammarException.class, () -> JsonSchemaGrammar.of(schema)));
    }
}
