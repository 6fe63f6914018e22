package koine.app.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import koine.app.Koine;
import koine.app.TestLayers;
import koine.app.TestProfile;
import koine.app.chat.ScriptedEngines;
import koine.app.conversations.Layer;
import koine.gguf.GgufFile;
import koine.gguf.GgufValue;
import koine.gguf.TinyModel;
import koine.models.InstalledModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How often the files are read. */
@Timeout(60)
class LayerReadsTest {
    @TempDir
    Path home;

    private final ConcurrentLinkedQueue<Path> headers = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Path> hashed = new ConcurrentLinkedQueue<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    private final Layers.Reads counting = new Layers.Reads() {
        @Override
        public GgufFile header(Path file) throws IOException {
            headers.add(file);
            return OF_FILES.header(file);
        }

        @Override
        public String sha256(Path file) throws IOException {
            hashed.add(file);
            begun.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return OF_FILES.sha256(file);
        }
    };

    @Test
    void a_model_is_read_once_for_all_that_could_go_with_it() throws Exception {
        Path models = TestProfile.folders(home).models();
        TestLayers.fitting(models, "one", 1);
        TestLayers.fitting(models, "two", 2);
        try (Koine koine = TestProfile.open(home, ScriptedEngines.saying("fine"))) {
            Path model = koine.models().preferred().path();
            Layers layers = new Layers(koine.models(), counting);
            assertEquals(2, layers.offers(model).size());
            assertEquals(1, headers.stream().filter(model::equals).count());
            assertEquals(3, headers.size());
        }
    }

    @Test
    void a_layer_is_hashed_once_by_all_who_look_at_it_at_once() throws Exception {
        TestLayers.fitting(TestProfile.folders(home).models(), "one", 1);
        try (Koine koine = TestProfile.open(home, ScriptedEngines.saying("fine"))) {
            InstalledModel model = koine.models().preferred();
            Layers layers = new Layers(koine.models(), counting);
            FutureTask<List<Layers.Look>> first = look(layers, model);
            FutureTask<List<Layers.Look>> second = look(layers, model);
            Thread.ofPlatform().daemon().start(first);
            begun.await();
            Thread waiting = Thread.ofPlatform().daemon().start(second);
            while (waiting.getState() != Thread.State.BLOCKED && hashed.size() == 1) {
                Thread.onSpinWait();
            }
            goOn.countDown();
            assertEquals(first.get(), second.get());
            assertTrue(Objects.requireNonNull(first.get().getFirst().layer().sha256())
                    .matches("[0-9a-f]{64}"));
            assertEquals(1, hashed.size());
        }
    }

    @Test
    void who_made_a_model_is_read_once_and_again_when_its_file_is_another() throws Exception {
        Path file = home.resolve("mine.gguf");
        try (Koine koine = TestProfile.open(home, ScriptedEngines.saying("fine"))) {
            Layers layers = new Layers(koine.models(), counting);
            for (String maker : List.of("A lab", "Another lab of a longer name")) {
                TinyModel.of("llama")
                        .put("general.organization", GgufValue.text(maker))
                        .write(file);
                InstalledModel model = new InstalledModel(
                        "mine", "Mine", file, Files.size(file), "llama", "F32", List.of(), 512, null);
                headers.clear();
                for (int refresh = 0; refresh < 3; refresh++) {
                    assertEquals(new Layers.Origin(maker, null), layers.origin(model));
                }
                assertEquals(List.of(file), List.copyOf(headers));
            }
            Files.delete(file);
            InstalledModel gone = new InstalledModel("mine", "Mine", file, 0, "llama", "F32", List.of(), 512, null);
            assertEquals(new Layers.Origin(null, null), layers.origin(gone));
        }
    }

    private static FutureTask<List<Layers.Look>> look(Layers layers, InstalledModel model) {
        return new FutureTask<>(() -> layers.look(List.of(new Layer("one", 1)), model));
    }
}
