package koine.app.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import koine.app.Koine;
import koine.app.TestLayers;
import koine.app.TestProfile;
import koine.app.conversations.Layer;
import koine.app.conversations.SqliteConversationStore;
import koine.app.layers.Layers;
import koine.engine.client.ChatAdapter;
import koine.engine.client.ChatRequest;
import koine.engine.client.ChatResult.Finish;
import koine.engine.client.EngineLease;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.engine.client.LoopbackEngine;
import koine.engine.client.Sampling;
import koine.gguf.MisfitException.Reason;
import koine.i18n.Messages;
import koine.i18n.Problem;
import koine.i18n.UiLanguage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Layers of conversations, with the starter model's real file and adapters made for it. */
@Timeout(60)
class LayersTest {
    private static final ChatObserver NOBODY = new ChatObserver() {};

    @TempDir
    Path home;

    private Path models;
    private Path stories;
    private final ScriptedEngines engines = ScriptedEngines.saying("fine");

    @BeforeEach
    void layers() throws IOException {
        models = TestProfile.folders(home).models();
        stories = TestLayers.fitting(models, "stories", 1);
    }

    private static ChatOptions with(Layer... layers) {
        return ChatOptions.DEFAULT.withLayers(List.of(layers));
    }

    private List<ChatAdapter> asked() {
        return engines.requests.getLast().adapters();
    }

    private static Problem refused(Koine koine, ChatOptions options) {
        Problem problem = assertThrows(Problem.class, () -> koine.chat().ask(null, "q", options, NOBODY));
        assertEquals(List.of(), koine.conversations().list(), "nothing is stored of what is refused");
        for (UiLanguage language : UiLanguage.values()) {
            String sentence = Messages.of(language).text(problem);
            assertFalse(sentence.contains("{") || sentence.contains("KOINE"), sentence);
        }
        return problem;
    }

    @Nested
    class A_conversation {
        @Test
        void is_answered_with_its_layers_until_they_are_chosen_anew() throws Exception {
            Path other = TestLayers.fitting(home.resolve("elsewhere"), "other", 7);
            List<ChatAdapter> both = List.of(new ChatAdapter(stories, 0.5), new ChatAdapter(other, 1));
            String id;
            try (Koine koine = TestProfile.open(home, engines)) {
                ChatOptions options = with(new Layer("stories", 0.5), new Layer(other.toString(), 1));
                id = koine.chat().ask(null, "one", options, NOBODY).conversationId();
                assertEquals(both, asked());
                koine.chat().ask(id, "two", ChatOptions.DEFAULT, NOBODY);
                assertEquals(both, asked(), "the next question has them too");
                koine.chat().retry(id, ChatOptions.DEFAULT, NOBODY);
                assertEquals(both, asked(), "and an answer anew");
                koine.chat().ask(null, "another conversation", ChatOptions.DEFAULT, NOBODY);
                assertEquals(List.of(), asked(), "of another conversation they are none");
            }
            try (Koine koine = TestProfile.open(home, engines)) {
                List<Layer> stored = koine.conversations().layers(id);
                assertEquals(
                        List.of("stories", other.toString()),
                        stored.stream().map(Layer::name).toList());
                assertEquals(64, String.valueOf(stored.getFirst().sha256()).length());
                koine.chat().ask(id, "three", ChatOptions.DEFAULT, NOBODY);
                assertEquals(both, asked(), "after a restart");
                koine.chat().ask(id, "four", with(new Layer("stories", 2)), NOBODY);
                koine.chat().retry(id, ChatOptions.DEFAULT, NOBODY);
                assertEquals(List.of(new ChatAdapter(stories, 2)), asked());
                koine.chat().ask(id, "five", with(), NOBODY);
                koine.chat().ask(id, "six", ChatOptions.DEFAULT, NOBODY);
                assertEquals(List.of(), asked(), "taken away");
                koine.conversations().delete(id);
                assertEquals(List.of(), koine.conversations().layers(id));
            }
        }

        @Test
        void that_is_not_saved_has_its_layers_too() throws Exception {
            ChatOptions unsaved = new ChatOptions(null, null, Sampling.DEFAULT, null, false);
            try (Koine koine = TestProfile.open(home, engines)) {
                String id = koine.chat()
                        .ask(null, "one", unsaved.withLayers(List.of(new Layer("stories", 1))), NOBODY)
                        .conversationId();
                koine.chat().ask(id, "two", unsaved, NOBODY);
                assertEquals(List.of(new ChatAdapter(stories, 1)), asked());
            }
        }

        @Test
        void whose_layer_is_gone_or_another_file_is_never_answered_by_the_model_alone() throws Exception {
            try (Koine koine = TestProfile.open(home, engines)) {
                String id = koine.chat()
                        .ask(null, "one", with(new Layer("stories", 1)), NOBODY)
                        .conversationId();
                Path kept = Files.move(stories, home.resolve("kept"));
                assertEquals(Map.of("layer", "stories", "why", "gone"), lost(koine, id));
                TestLayers.fitting(models, "stories", 2);
                assertEquals(Map.of("layer", "stories", "why", "changed"), lost(koine, id));
                Files.delete(stories);
                Files.copy(kept, stories);
                Files.setLastModifiedTime(stories, FileTime.fromMillis(1_000_000_000_000L));
                koine.chat().ask(id, "again", ChatOptions.DEFAULT, NOBODY);
                assertEquals(List.of(new ChatAdapter(stories, 1)), asked(), "the same content is the same layer");
                assertEquals(4, koine.conversations().messages(id).size());
            }
        }

        private Map<String, ?> lost(Koine koine, String id) {
            int before = engines.requests.size();
            Problem problem =
                    assertThrows(Problem.class, () -> koine.chat().ask(id, "two", ChatOptions.DEFAULT, NOBODY));
            assertThrows(Problem.class, () -> koine.chat().retry(id, ChatOptions.DEFAULT, NOBODY));
            assertEquals("KOINE-C114", problem.code());
            assertEquals(before, engines.requests.size());
            assertEquals(2, koine.conversations().messages(id).size());
            return problem.arguments();
        }

        @Test
        void goes_on_with_its_layers_when_the_engine_died_in_mid_answer() throws Exception {
            List<ChatRequest> seen = new ArrayList<>();
            ScriptedEngines dying = new ScriptedEngines((request, listener, running) -> {
                seen.add(request);
                if (seen.size() == 1) {
                    throw running.die();
                }
                listener.onText("there");
                return ScriptedEngines.result(Finish.STOP);
            });
            try (Koine koine = TestProfile.open(home, dying)) {
                koine.chat().ask(null, "q", with(new Layer("stories", 0.25)), NOBODY);
            }
            assertEquals(2, seen.size());
            seen.forEach(request -> assertEquals(List.of(new ChatAdapter(stories, 0.25)), request.adapters()));
        }
    }

    @Nested
    class An_answer_whose_device_is_lost {
        @Test
        void is_gone_on_with_on_another_with_the_same_layers() throws Exception {
            ScriptedEngines dying = new ScriptedEngines((request, listener, running) -> {
                if (!request.goesOn()) {
                    listener.onText("half ");
                    throw running.die();
                }
                listener.onText("whole");
                return ScriptedEngines.result(Finish.STOP);
            });
            Engines onDevices = new Engines() {
                @Override
                public EngineLease acquire(EngineSpec spec, LoadListener listener) throws Problem {
                    return dying.acquire(spec, listener);
                }

                @Override
                public boolean lost(EngineLease lease) {
                    return true;
                }
            };
            try (Koine koine = TestProfile.open(home, dying);
                    SqliteConversationStore store = SqliteConversationStore.inMemory();
                    StoringChatService chat = new StoringChatService(
                            koine.models(),
                            koine.settings(),
                            () -> home,
                            onDevices,
                            koine.layers(),
                            () -> store,
                            () -> store,
                            (model, tokens) -> 0)) {
                assertEquals(
                        "half whole",
                        chat.ask(null, "q", with(new Layer("stories", 0.25)), NOBODY)
                                .content());
            }
            assertEquals(2, dying.requests.size());
            dying.requests.forEach(
                    request -> assertEquals(List.of(new ChatAdapter(stories, 0.25)), request.adapters()));
        }
    }

    @Nested
    class A_layer {
        @Test
        void that_was_made_for_another_model_is_refused_before_anything_is_loaded() throws Exception {
            TestLayers.foreign(models, "foreign");
            TestLayers.larger(models, "larger");
            try (Koine koine = TestProfile.open(home, engines)) {
                Problem foreign = refused(koine, with(new Layer("stories", 1), new Layer("foreign", 1)));
                assertEquals("KOINE-E117", foreign.code());
                assertEquals("other_architecture", foreign.arguments().get("reason"));
                assertEquals("Gemma 3 1B", foreign.arguments().get("base"));
                Problem larger = refused(koine, with(new Layer("larger", 0)));
                assertEquals("other_tensors", larger.arguments().get("reason"));
                assertEquals(0, engines.acquired.get());
            }
        }

        @Test
        void that_is_not_there_or_no_layer_is_refused() throws Exception {
            try (Koine koine = TestProfile.open(home, engines)) {
                assertEquals(
                        "KOINE-M104",
                        refused(koine, with(new Layer("nowhere", 1))).code());
                String model = koine.models().preferred().path().toString();
                assertEquals(
                        "KOINE-M105", refused(koine, with(new Layer(model, 1))).code());
            }
        }

        @Test
        void counts_once_and_there_are_not_endlessly_many() throws Exception {
            Files.copy(stories, models.resolve("copy.gguf"));
            try (Koine koine = TestProfile.open(home, engines)) {
                Problem twice = refused(koine, with(new Layer("stories", 1), new Layer("copy", 1)));
                assertEquals("KOINE-A129", twice.code());
                Layer[] nine = new Layer[Layers.MOST + 1];
                for (int i = 0; i < nine.length; i++) {
                    TestLayers.fitting(models, "l" + i, 100 + i);
                    nine[i] = new Layer("l" + i, 1);
                }
                assertEquals("many", refused(koine, with(nine)).arguments().get("why"));
            }
        }

        @Test
        void is_offered_with_the_models_it_goes_with_as_its_file_is_now() throws Exception {
            TestLayers.foreign(models, "a foreign");
            try (Koine koine = TestProfile.open(home, engines)) {
                Path model = koine.models().preferred().path();
                List<Layers.Offer> offers = koine.layers().offers(model);
                assertEquals(
                        List.of("stories", "a foreign"),
                        offers.stream().map(offer -> offer.adapter().id()).toList());
                assertNull(offers.getFirst().misfit());
                assertEquals(Reason.OTHER_ARCHITECTURE, offers.getLast().misfit());
                TestLayers.foreign(models, "stories");
                assertFalse(koine.layers().offers(model).getLast().fits(), "the file has changed");
            }
        }
    }

    @Nested
    class The_engine {
        private final ScriptedServer server = new ScriptedServer();

        The_engine() throws IOException {}

        private Koine koine() {
            return TestProfile.open(home, (spec, listener) -> new LoopbackEngine(server.port(), ScriptedServer.TOKEN));
        }

        @Test
        void hears_of_the_layers_in_answers_and_in_summaries_and_counts_that_read() throws Exception {
            try (server;
                    Koine koine = koine()) {
                String id = null;
                for (String question : List.of("a", "b", "c", "d")) {
                    ChatOptions options = id == null ? with(new Layer("stories", 0.5)) : ChatOptions.DEFAULT;
                    id = koine.chat()
                            .ask(id, question.repeat(190), options, NOBODY)
                            .conversationId();
                }
                String stored = Objects.requireNonNull(id);
                assertThrows(
                        Problem.class, () -> koine.chat().ask(stored, "e".repeat(400), ChatOptions.DEFAULT, NOBODY));
                server.counts = false;
                koine.chat().context().summarize(stored, ChatOptions.DEFAULT, NOBODY);
                assertTrue(server.chats.size() > 7, "chats that count, and summaries: " + server.chats.size());
                for (JsonObject chat : server.chats) {
                    JsonArray layers = chat.getAsJsonArray("lora");
                    JsonObject layer = layers.get(0).getAsJsonObject();
                    assertEquals(1, layers.size());
                    assertEquals(stories.toString(), layer.get("path").getAsString());
                    assertEquals(0.5, layer.get("scale").getAsDouble());
                }
            }
        }

        @Test
        void that_cannot_use_one_is_understood() throws Exception {
            try (server;
                    Koine koine = koine()) {
                for (String reason : List.of("missing", "out_of_memory", "damaged")) {
                    server.refusal = "{\"error\":{\"code\":400,\"type\":\"adapter_error\",\"message\":\"" + reason
                            + ": in words\"}}";
                    Problem problem = assertThrows(
                            Problem.class, () -> koine.chat().ask(null, "q", with(new Layer("stories", 1)), NOBODY));
                    assertEquals("KOINE-E118", problem.code());
                    assertEquals(Map.of("reason", reason), problem.arguments());
                }
            }
        }

        @Test
        void that_is_not_our_own_is_never_asked_for_the_model_alone() throws Exception {
            server.props = false;
            try (server;
                    Koine koine = koine()) {
                Problem problem = assertThrows(
                        Problem.class, () -> koine.chat().ask(null, "q", with(new Layer("stories", 1)), NOBODY));
                assertEquals("KOINE-E118", problem.code());
                assertEquals(List.of(), server.chats);
            }
        }
    }
}
