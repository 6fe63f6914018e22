package koine.engine.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import koine.engine.Eventually;
import koine.engine.NativeKit;
import koine.gguf.GgufValue;
import koine.gguf.TinyFamily;
import koine.gguf.TinyModel;
import koine.i18n.Problem;
import koine.net.LoopbackResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The engine that comes with the program, in its process. */
@Timeout(120)
class SecondEngineTest {
    private static final Sampling GREEDY = new Sampling(0.0, null, null, null, null);

    @TempDir
    Path folder;

    private EngineLease lease(Path pack, String... javaOptions) throws Problem {
        return new EngineBroker(folder.resolve("run"), folder.resolve("logs"), List.of(javaOptions))
                .acquire(new EngineSpec(NativeKit.starterModel(), pack, 512), fraction -> {});
    }

    /** @return the body of a chat's answer */
    private JsonObject chat(TinyModel model) throws Exception {
        Path file = folder.resolve("tiny.gguf");
        model.write(file);
        try (EngineLease lease = new EngineBroker(folder.resolve("run"), folder.resolve("logs"), List.of())
                        .acquire(new EngineSpec(file, folder.resolve("jllama-4.2.0"), 512), fraction -> {});
                LoopbackResponse response = lease.send(
                        "POST",
                        "/v1/chat/completions",
                        Map.of("Content-Type", "application/json"),
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"temperature\":0,\"max_tokens\":3}"
                                .getBytes(StandardCharsets.UTF_8))) {
            String body = new String(response.readBody(1 << 20), StandardCharsets.UTF_8);
            assertEquals(200, response.status(), body);
            return JsonParser.parseString(body).getAsJsonObject();
        }
    }

    /** The end of its turns is a token that llama.cpp does not know as one. */
    @Test
    void it_chats_with_a_model_whose_turns_end_with_a_token_of_its_own() throws Exception {
        String template = "<BOS_TOKEN>{% for m in messages %}<|START_OF_TURN_TOKEN|>"
                + "{% if m.role == 'user' %}<|USER_TOKEN|>{% else %}<|CHATBOT_TOKEN|>{% endif %}"
                + "{{ m.content }}<|END_OF_TURN_TOKEN|>{% endfor %}"
                + "{% if add_generation_prompt %}<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>{% endif %}";
        JsonObject answer = chat(TinyFamily.of("command-r")
                .model(NativeKit.templates())
                .put("tokenizer.chat_template", GgufValue.text(template))
                .context(512)
                .without(".*scale|.*bias"));
        assertEquals(3, answer.getAsJsonObject("usage").get("completion_tokens").getAsInt());
    }

    @Test
    void it_counts_the_thoughts_of_a_model_that_thinks() throws Exception {
        String template = "{% for m in messages %}{% if m.role == 'assistant' %}{{ m.content.split('</think>')[-1] }}"
                + "{% else %}{{ m.content }}{% endif %}{% endfor %}{% if add_generation_prompt %}<think>\n{% endif %}";
        JsonObject answer = chat(TinyModel.of("llama")
                .bytes(template, List.of("<end>"))
                .context(512)
                .without(".*scale")
                .script(List.of("\u010a", "h", "m", "y")));
        JsonObject message =
                answer.getAsJsonArray("choices").get(0).getAsJsonObject().getAsJsonObject("message");
        assertEquals("hmy", message.get("reasoning_content").getAsString());
        assertEquals(
                3,
                answer.getAsJsonObject("usage")
                        .getAsJsonObject("completion_tokens_details")
                        .get("reasoning_tokens")
                        .getAsInt());
    }

    private static String answer(EngineLease lease) throws Exception {
        StringBuilder text = new StringBuilder();
        ChatMessage question = new ChatMessage("user", "What is the capital of France? Answer in one sentence.");
        ChatResult _ = lease.engine()
                .chat(new ChatRequest("a", List.of(question), GREEDY, null, "talk"), new ChatListener() {
                    @Override
                    public void onPromptProgress(int processed, int cached, int total) {}

                    @Override
                    public void onText(String more) {
                        text.append(more);
                    }
                });
        return text.toString();
    }

    private static void awaitEnd(long pid) throws Exception {
        Eventually.within(
                Duration.ofSeconds(15),
                "the engine has ended",
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    /** The library has a thread that never ends, and would keep the process. */
    @Test
    void it_answers_and_its_process_ends_with_the_last_lease() throws Exception {
        long pid;
        try (EngineLease lease = lease(folder.resolve("jllama-4.2.0"))) {
            pid = lease.pid();
            assertEquals("The capital of France is Paris.", answer(lease));
            assertEquals("jllama-4.2.0", lease.engine().facts().pack());
            String wish = "{\"prompt\":\"x\",\"grammar\":\"root ::= [a-z]\"}";
            try (LoopbackResponse refused = lease.send(
                    "POST",
                    "/v1/completions",
                    Map.of("Content-Type", "application/json"),
                    wish.getBytes(StandardCharsets.UTF_8))) {
                assertEquals(501, refused.status());
            }
        }
        awaitEnd(pid);
    }

    @Test
    void its_process_ends_when_it_is_asked_to() throws Exception {
        try (EngineLease lease = lease(folder.resolve("jllama-4.2.0"))) {
            assertEquals("The capital of France is Paris.", answer(lease));
            assertTrue(ProcessHandle.of(lease.pid()).orElseThrow().destroy());
            awaitEnd(lease.pid());
        }
    }

    @Test
    void where_a_pack_computes_none_of_its_classes_is_loaded() throws Exception {
        Path classes = folder.resolve("classes.txt");
        long pid;
        try (EngineLease lease = lease(NativeKit.pack(), "-Xlog:class+load:file=" + classes)) {
            pid = lease.pid();
            assertEquals("The capital of France is Paris.", answer(lease));
        }
        awaitEnd(pid);
        String loaded = Files.readString(classes);
        assertTrue(loaded.contains("koine.engine.session.LlamaGenerator"), "classes are told");
        assertFalse(loaded.lines().anyMatch(line -> line.contains(" de.kherud.")), "kherud");
        assertFalse(loaded.lines().anyMatch(line -> line.contains(" koine.engine.jllama.")), "jllama");
    }
}
