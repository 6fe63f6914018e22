package koine.engine.grammar;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayDeque;
import java.util.Deque;

/** Bounds of a schema as JSON, seen without recursion before anything walks it with. */
final class SchemaSize {
    private static final int MAX_VALUES = 50_000;
    private static final int MAX_DEPTH = 100;

    private record Place(JsonElement element, int depth) {}

    private SchemaSize() {}

    static void check(JsonObject schema) throws GrammarException {
        Deque<Place> todo = new ArrayDeque<>();
        todo.push(new Place(schema, 0));
        int seen = 0;
        while (!todo.isEmpty()) {
            Place place = todo.pop();
            Iterable<JsonElement> children = switch (place.element) {
                case JsonObject object -> object.asMap().values();
                case JsonArray array -> array;
                default -> java.util.List.<JsonElement>of();
            };
            for (JsonElement child : children) {
                if (place.depth >= MAX_DEPTH) {
                    throw GrammarException.inSchema("#", "nested deeper than " + MAX_DEPTH);
                }
                if (++seen > MAX_VALUES) {
                    throw GrammarException.inSchema("#", "larger than " + MAX_VALUES + " values");
                }
                todo.push(new Place(child, place.depth + 1));
            }
        }
    }
}
