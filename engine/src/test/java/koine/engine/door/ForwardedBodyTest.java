package koine.engine.door;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.List;
import koine.engine.server.ApiException;
import org.junit.jupiter.api.Test;

class ForwardedBodyTest {
    private final ForwardedBody door = new ForwardedBody();

    private static JsonObject sent(ForwardedBody door, String body) throws ApiException {
        return JsonParser.parseString(new String(door.of(bytes(body)), StandardCharsets.UTF_8))
                .getAsJsonObject();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void asksForNothingToBeKeptOnDiskHoweverTheFieldIsWritten() throws Exception {
        for (String name : List.of("prompt_cache_retention", "prompt\\u005fcache_retention")) {
            JsonObject sent = sent(door, "{\"" + name + "\":\"24h\",\"seed\":1,\"" + name + "\":[{}]}");
            assertEquals("{\"seed\":1}", sent.toString());
        }
    }

    @Test
    void hasKeysThatAreThisDoorsOwn() throws Exception {
        String body = "{\"prompt_cache_key\":\"talk\"}";
        String key = sent(door, body).get("prompt_cache_key").getAsString();
        assertNotEquals("talk", key);
        assertEquals(key, sent(door, body).get("prompt_cache_key").getAsString(), "what is read once serves again");
        assertNotEquals(
                key,
                sent(door, "{\"prompt_cache_key\":\"talk2\"}")
                        .get("prompt_cache_key")
                        .getAsString());
        assertNotEquals(
                key, sent(new ForwardedBody(), body).get("prompt_cache_key").getAsString());
    }

    @Test
    void namesNoFilesOfThisComputer() throws Exception {
        for (String some : List.of("[{\"path\":\"/layer.gguf\"}]", "[0]", "{}", "\"/layer.gguf\"", "1")) {
            ApiException refused =
                    assertThrows(ApiException.class, () -> door.of(bytes("{\"seed\":1,\"lora\":" + some + "}")));
            assertEquals("\"lora\" is not supported", refused.getMessage());
        }
        for (String again : List.of("\"lora\":[],\"lora\":[{}]", "\"l\\u006fra\":[{}]")) {
            assertThrows(ApiException.class, () -> door.of(bytes("{" + again + "}")));
        }
        byte[] none = bytes("{\"lora\":[],\"seed\":1}");
        assertSame(none, door.of(none));
    }

    @Test
    void hasAllElseAsItCame() throws Exception {
        String rest = "\"messages\":[{\"role\":\"user\",\"content\":\"नमस्ते 👋 <\\\"\\n\"}],"
                + "\"seed\":12345678901234567890,\"temperature\":1.50,\"stream\":true,\"stop\":null,"
                + "\"metadata\":{\"prompt_cache_key\":\"not of the body\",\"prompt_cache_retention\":[1e2]}";
        JsonObject sent = sent(door, "{" + rest + ",\"prompt_cache_key\":\"k\"}");
        sent.remove("prompt_cache_key");
        assertEquals(JsonParser.parseString("{" + rest + "}").toString(), sent.toString());
        byte[] plain = bytes("{ " + rest + " }");
        assertSame(plain, door.of(plain));
    }

    @Test
    void isRefusedWhenItIsNoJsonOrMoreThanOne() {
        for (String body : List.of("", "[]", "{\"a\":1", "{'prompt_cache_retention':'24h'}", "{}{}")) {
            assertThrows(ApiException.class, () -> door.of(bytes(body)), body);
        }
    }

    @Test
    void hasKeysThatNoEngineTakesStillRefused() throws Exception {
        for (String key : List.of("\"\"", "7", "\"" + "x".repeat(201) + "\"")) {
            assertEquals(
                    key,
                    sent(door, "{\"prompt_cache_key\":" + key + "}")
                            .get("prompt_cache_key")
                            .toString());
        }
    }
}
