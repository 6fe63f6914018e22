package koine.engine.server;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import koine.engine.llama.Offload;
import koine.engine.session.Generator;
import koine.engine.session.GeneratorOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StepWatchTest {
    private static final Duration SHORT = Duration.ofMillis(40);

    private final StepWatch watch = new StepWatch();

    private void compute() {
        watch.begin();
        watch.end(true);
    }

    @Test
    void hearsOfAStepThatIsSeenTwice() {
        compute();
        watch.begin();
        assertFalse(watch.look());
        assertTrue(watch.look());
    }

    @Test
    void isPatientUntilSomethingWasComputed() {
        watch.begin();
        watch.end(false);
        watch.begin();
        for (int look = 0; look < 4; look++) {
            assertFalse(watch.look());
        }
        assertTrue(watch.look());
    }

    @Test
    void isContentWithManyStepsAndWithNone() {
        for (int look = 0; look < 10; look++) {
            compute();
            watch.begin();
            assertFalse(watch.look(), "another one each time");
            watch.end(true);
        }
        for (int look = 0; look < 10; look++) {
            assertFalse(watch.look(), "idle");
        }
    }

    /** Does as a scripted one, but for its first step, which ends with the test. */
    private static Generator hanging(CountDownLatch over) {
        Generator scripted = new ScriptedGenerator();
        return (Generator) Proxy.newProxyInstance(
                Generator.class.getClassLoader(), new Class<?>[] {Generator.class}, (_, method, arguments) -> {
                    if (method.getName().equals("step")) {
                        over.await();
                    }
                    try {
                        return method.invoke(scripted, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void ofAGeneratorOnADeviceTellsThatItIsLost() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        CountDownLatch lost = new CountDownLatch(1);
        GeneratorOptions options =
                new GeneratorOptions(Path.of("pack"), Path.of("model"), 0).withOffload(new Offload("Vulkan0", 1));
        GeneratorThread thread =
                new GeneratorThread((_, _, _) -> hanging(over), options, () -> {}, lost::countDown, SHORT);
        thread.start();
        try {
            assertTrue(lost.await(20, TimeUnit.SECONDS));
        } finally {
            over.countDown();
            thread.close();
        }
        assertTrue(thread.awaitEnd(Duration.ofSeconds(10)));
    }
}
