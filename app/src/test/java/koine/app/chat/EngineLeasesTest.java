package koine.app.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import koine.engine.client.EngineSpec;
import koine.engine.client.LoadListener;
import koine.i18n.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineLeasesTest {
    private static final EngineSpec A = spec("a");
    private static final EngineSpec B = spec("b");
    private static final EngineSpec C = spec("c");
    private static final LoadListener NOBODY = fraction -> {};

    private final ScriptedEngines engines = ScriptedEngines.saying();

    private static EngineSpec spec(String name) {
        return new EngineSpec(Path.of(name + ".gguf"), Path.of("pack"), 0);
    }

    private int held() {
        return engines.acquired.get() - engines.released.get();
    }

    private static void prepare(EngineLeases leases, EngineSpec spec) {
        try {
            leases.prepare(spec, leases.wish(), NOBODY);
        } catch (Problem e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void of_the_models_that_are_tried_one_after_another_only_the_last_stays_loaded() throws Problem {
        try (EngineLeases leases = new EngineLeases(engines)) {
            leases.prepare(A, leases.wish(), NOBODY);
            leases.prepare(B, leases.wish(), NOBODY);
            leases.prepare(C, leases.wish(), NOBODY);
            leases.prepare(C, leases.wish(), NOBODY);
            assertEquals(3, engines.acquired.get());
            assertEquals(1, held());
        }
        assertEquals(0, held());
    }

    @Test
    void a_model_that_answers_stays_until_its_last_answer_has_ended() throws Problem {
        try (EngineLeases leases = new EngineLeases(engines)) {
            EngineLeases.Use one = leases.use(A, leases.wish(), NOBODY);
            EngineLeases.Use two = leases.use(A, leases.wish(), NOBODY);
            leases.prepare(B, leases.wish(), NOBODY);
            assertEquals(2, held());
            one.close();
            one.close();
            assertEquals(2, held());
            two.close();
            assertEquals(1, held());
            leases.prepare(B, leases.wish(), NOBODY);
            assertEquals(2, engines.acquired.get());
        }
        assertEquals(0, held());
    }

    @Test
    void a_model_that_is_loaded_for_nobody_any_more_is_given_back_at_once() throws Exception {
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch loaded = new CountDownLatch(1);
        Engines slow = (spec, listener) -> {
            if (spec.equals(A)) {
                loading.countDown();
                await(loaded);
            }
            return engines.acquire(spec, listener);
        };
        try (EngineLeases leases = new EngineLeases(slow)) {
            long early = leases.wish();
            CompletableFuture<Void> first = CompletableFuture.runAsync(() -> prepare(leases, A));
            await(loading);
            leases.prepare(B, leases.wish(), NOBODY);
            loaded.countDown();
            first.get(10, TimeUnit.SECONDS);
            assertEquals(2, engines.acquired.get());
            assertEquals(1, held());
            leases.prepare(C, early, NOBODY);
            assertEquals(2, engines.acquired.get(), "a wish that came too late is not loaded at all");
        }
    }
}
