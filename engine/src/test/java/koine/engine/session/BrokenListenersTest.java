package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import koine.engine.NativeKit;
import koine.engine.session.Generator.Outcome;
import koine.engine.session.Stage.Answer;
import koine.gguf.TinyFamily;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BrokenListenersTest {
    private static final String PROMPT = "How deep is the water at the old pier?";

    @TempDir
    static Path folder = Path.of("");

    private static @Nullable Stage shared;

    enum Place {
        PROGRESS,
        TOKEN,
        TEXT,
        END,
        END_AND_FAILURE
    }

    @BeforeAll
    static void load() throws Exception {
        Path model = folder.resolve("tiny.gguf");
        TinyFamily.of("falcon-h1").model(NativeKit.templates()).write(model);
        shared = new Stage(Stage.options(model, 1024));
    }

    @AfterAll
    static void close() {
        if (shared != null) {
            shared.close();
        }
    }

    private static Stage stage() {
        return Objects.requireNonNull(shared);
    }

    @ParameterizedTest
    @EnumSource
    void oneThatThrowsEndsItsOwnAnswerOnly(Place place) {
        IllegalStateException gone = new IllegalStateException("gone");
        Answer broken = stage().new Answer() {
            private void at(Place... places) {
                if (List.of(places).contains(place)) {
                    throw gone;
                }
            }

            @Override
            public void onPromptProgress(int done, int cached, int total) {
                at(Place.PROGRESS);
            }

            @Override
            public void onToken(TokenScore token) {
                at(Place.TOKEN);
            }

            @Override
            public void onText(String more) {
                at(Place.TEXT);
            }

            @Override
            public void onEnd(Outcome end) {
                at(Place.END, Place.END_AND_FAILURE);
                super.onEnd(end);
            }

            @Override
            public void onFailure(RuntimeException why) {
                super.onFailure(why);
                at(Place.END_AND_FAILURE);
            }
        };
        Answer other = stage().new Answer();
        stage().generator().begin(Stage.request(PROMPT, 12, "broken", false), Chat.NEVER, broken);
        stage().generator().begin(Stage.request(PROMPT, 12, "other", false), Chat.NEVER, other);
        while (stage().generator().step()) {
            // to the end of both
        }
        assertSame(gone, broken.failure());
        assertEquals(12, other.outcome().answerTokens());
        assertEquals(12, stage().ask("broken", PROMPT, 12).tokens.size());
    }

    @Test
    void oneThatCannotEvenHearOfARefusalBreaksNothing() {
        Answer broken = stage().new Answer() {
            @Override
            public void onFailure(RuntimeException why) {
                super.onFailure(why);
                throw new IllegalStateException("gone");
            }
        };
        stage().generator().begin(Stage.request("?".repeat(2000), 1, null, false), Chat.NEVER, broken);
        assertTrue(broken.failure() instanceof ContextOverflowException, String.valueOf(broken.failure()));
        assertEquals(3, stage().ask(null, PROMPT, 3).tokens.size());
    }
}
