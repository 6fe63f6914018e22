package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Valid requests, damaged: in their JSON, in their bytes, in their first line, in their headers. */
final class HostileRequests {
    private static final List<String> VALID = List.of(
            "POST /v1/chat/completions {\"messages\":[{\"role\":\"system\",\"content\":\"a\"},{\"role\":\"user\",\"content\":"
                    + "[{\"type\":\"text\",\"text\":\"hi\"}]}],\"max_tokens\":3,\"stream\":true,\"stream_options\":"
                    + "{\"include_usage\":true},\"logprobs\":true,\"top_logprobs\":2,\"logit_bias\":{\"5\":1,\"x\":false}}",
            "POST /v1/chat/completions {\"messages\":[{\"role\":\"user\",\"content\":\"hi\"},{\"role\":\"assistant\","
                    + "\"content\":\"x\",\"reasoning_content\":\"y\"},{\"role\":\"user\",\"content\":\"z\"}],\"max_tokens\":3,"
                    + "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"n\",\"schema\":{\"type\":\"object\","
                    + "\"properties\":{\"a\":{\"type\":\"integer\",\"minimum\":2},\"b\":{\"enum\":[\"x\",1]}},\"required\":[\"a\"]}}}}",
            "POST /v1/chat/completions {\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":3,"
                    + "\"grammar\":\"root ::= [a-z]{1,4} x?\\nx ::= \\\"!\\\" | \\\"?\\\"\",\"chat_template_kwargs\":{\"a\":[1,{}]}}",
            "POST /v1/chat/completions {\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}],\"max_tokens\":3,\"seed\":1,"
                    + "\"temperature\":0.5,\"top_k\":5,\"top_p\":0.9,\"min_p\":0.1,\"frequency_penalty\":0.1,"
                    + "\"presence_penalty\":0.1,\"repeat_penalty\":1.1,\"repeat_last_n\":8,\"dry_multiplier\":0.5,"
                    + "\"dry_base\":1.5,\"dry_allowed_length\":2,\"dry_penalty_last_n\":9,\"dry_sequence_breakers\":[\"\\n\"],"
                    + "\"prompt_cache_key\":\"k\",\"cache_prompt\":true,\"reasoning_effort\":\"low\",\"stop\":[\"a\",\"b\"]}",
            "POST /v1/completions {\"prompt\":\"once\",\"max_tokens\":2,\"echo\":true,\"logprobs\":2,\"stop\":\"x\"}",
            "POST /v1/completions {\"prompt\":[1,2,3],\"n_predict\":2,\"stream\":true,\"ignore_eos\":true,\"n\":1}",
            "POST /v1/embeddings {\"input\":[\"a\",\"b\"],\"encoding_format\":\"float\"}",
            "POST /tokenize {\"content\":\"text\",\"add_special\":true,\"with_pieces\":true}",
            "POST /detokenize {\"tokens\":[1,2,3]}",
            "POST /apply-template {\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            "POST /v1/chat/completions/input_tokens {\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
            "POST /v1/chat/completions/some-id/cancel ",
            "DELETE /koine/conversations/some-key ",
            "GET /v1/models/starter ",
            "GET /props ");

    private static final List<String> PATH_PARTS = List.of(
            "..",
            "%2e%2e",
            "%2f",
            "//",
            "/./",
            ";a=b",
            "?x=1",
            "#",
            "%00",
            "%",
            "%zz",
            "\\",
            "é",
            "a".repeat(9000),
            "*",
            " ");

    private static final List<String> HEADERS = List.of(
            "X-Request-Id: ../x",
            "X-Request-Id: " + "a".repeat(200),
            "Content-Type: text/plain",
            "Content-Length: 5",
            "Content-Length: -1",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: nonsense",
            "Expect: 100-continue",
            "Upgrade: h2c",
            "Host: 127.0.0.1",
            "Bad Header",
            "X-Long: " + "a".repeat(9000),
            "Content-Encoding: gzip");

    private final Random random;
    private final String token;

    HostileRequests(long seed, String token) {
        this.random = new Random(seed);
        this.token = token;
    }

    byte[] next() {
        String[] parts = one(VALID).split(" ", 3);
        String method = parts[0];
        String path = parts[1];
        byte[] body = parts[2].getBytes(StandardCharsets.UTF_8);
        String header = "X-Nothing: here";
        switch (random.nextInt(10)) {
            case 0 -> path = damaged(path);
            case 1 -> header = one(HEADERS);
            case 2 ->
                method = one(List.of("GET", "POST", "PUT", "HEAD", "OPTIONS", "TRACE", "post", "", "G\0T", "CONNECT"));
            case 3, 4 -> body = damaged(body);
            default -> body = damagedJson(parts[2]);
        }
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(
                (method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                                + token + "\r\nContent-Type: application/json\r\n" + header + "\r\nContent-Length: "
                                + body.length
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        request.writeBytes(body);
        return request.toByteArray();
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private String damaged(String path) {
        int at = random.nextInt(path.length() + 1);
        return path.substring(0, at) + one(PATH_PARTS) + path.substring(at);
    }

    private byte[] damaged(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = body.length == 0 ? 0 : random.nextInt(body.length);
        int length = Math.min(body.length - at, 1 + random.nextInt(8));
        out.write(body, 0, at);
        switch (random.nextInt(4)) {
            case 0 -> { // the end is missing
                return out.toByteArray();
            }
            case 1 -> { // other bytes in between
                byte[] noise = new byte[length];
                random.nextBytes(noise);
                out.writeBytes(noise);
                out.write(body, at, body.length - at);
            }
            case 2 -> out.write(body, at + length, body.length - at - length);
            default -> { // something twice
                out.write(body, at, length);
                out.write(body, at, body.length - at);
            }
        }
        return out.toByteArray();
    }

    private byte[] damagedJson(String body) {
        if (body.isEmpty()) {
            return one(List.of("{}", "[]", "null", "")).getBytes(StandardCharsets.UTF_8);
        }
        JsonElement json = JsonParser.parseString(body);
        for (int i = 1 + random.nextInt(2); i > 0; i--) {
            damage(json);
        }
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void damage(JsonElement json) {
        List<JsonElement> containers = new ArrayList<>();
        collect(json, containers);
        switch (one(containers)) {
            case JsonObject object -> {
                List<String> names = new ArrayList<>(object.keySet());
                String name = names.isEmpty() || random.nextInt(8) == 0 ? "other" : one(names);
                if (random.nextInt(6) == 0) {
                    object.remove(name);
                } else {
                    object.add(name, nasty());
                }
            }
            case JsonArray array -> {
                if (array.isEmpty() || random.nextInt(3) == 0) {
                    array.add(nasty());
                } else {
                    array.set(random.nextInt(array.size()), nasty());
                }
            }
            default -> {}
        }
    }

    private static void collect(JsonElement json, List<JsonElement> containers) {
        if (json instanceof JsonObject object) {
            containers.add(object);
            object.asMap().values().forEach(value -> collect(value, containers));
        } else if (json instanceof JsonArray array) {
            containers.add(array);
            array.forEach(value -> collect(value, containers));
        }
    }

    private JsonElement nasty() {
        return switch (random.nextInt(14)) {
            case 0 -> JsonNull.INSTANCE;
            case 1 -> new JsonPrimitive(random.nextBoolean());
            case 2 -> new JsonPrimitive(one(List.of(-1, 0, 1, Integer.MIN_VALUE, Integer.MAX_VALUE, 49152)));
            case 3 -> new JsonPrimitive(one(List.of(1e308, -1e308, 1e-308, 0.5, -0.0)));
            case 4 -> JsonParser.parseString(one(List.of("1e999999999", "9".repeat(400), "1E400", "-1e-999999999")));
            case 5 -> new JsonPrimitive("");
            case 6 -> new JsonPrimitive("\0\uD800\uFFFE\u202E<|im_end|><think>" + "x".repeat(random.nextInt(300)));
            case 7 -> new JsonPrimitive("word ".repeat(5000));
            case 8 -> new JsonArray();
            case 9 -> new JsonObject();
            case 10 -> JsonParser.parseString("[".repeat(50) + "]".repeat(50));
            case 11 ->
                JsonParser.parseString("{\"$ref\":\"#\",\"pattern\":\"(a*)*$\",\"minLength\":99999999,\"allOf\":[{}]}");
            case 12 -> new JsonPrimitive("root ::= (((\"a\"*)*)*)* root | [^\\x00]{99999}");
            default -> {
                JsonArray many = new JsonArray();
                for (int i = 0; i < 3000; i++) {
                    many.add(i % 7);
                }
                yield many;
            }
        };
    }
}
