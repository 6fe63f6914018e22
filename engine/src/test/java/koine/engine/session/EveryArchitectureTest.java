package koine.engine.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import koine.engine.NativeKit;
import koine.engine.session.Generator.Finish;
import koine.engine.session.TinyTalk.Answer;
import koine.gguf.TinyFamily;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each architecture of the catalogue, with its family's chat template, through llama.cpp. The models are two layers of random
 * numbers: what they say means nothing, but is the same each time they are asked the same.
 */
class EveryArchitectureTest {
    private static final int ANSWER = 24;
    private static final String QUESTION = "What do the people of your country eat for breakfast? नमस्ते، مرحبا.";
    private static final String FOLLOW_UP = "And in the evening?";

    static List<TinyFamily> families() {
        return TinyFamily.all();
    }

    @Nested
    @ParameterizedClass
    @MethodSource("koine.engine.session.EveryArchitectureTest#families")
    class Of {
        @Parameter
        TinyFamily family = TinyFamily.of("llama");

        @TempDir
        Path folder = Path.of("");

        private @Nullable TinyTalk open;

        private TinyTalk talk() throws Exception {
            Path file = folder.resolve(family.architecture() + ".gguf");
            family.model(NativeKit.templates()).write(file);
            TinyTalk talk = TinyTalk.with(file);
            open = talk;
            return talk;
        }

        @AfterEach
        void close() {
            if (open != null) {
                open.close();
            }
        }

        @Test
        void itLoadsAndIsWhatItsFileSays() throws Exception {
            TinyTalk talk = talk();
            assertEquals(family.architecture(), talk.model().architecture());
            assertEquals(TinyFamily.CONTEXT_TOKENS, talk.model().contextTokens());
            assertEquals(
                    family.bos() == null ? family.eos() : family.bos(),
                    talk.model().bosToken());
            assertEquals(family.eos(), talk.model().eosToken());
        }

        @Test
        void itsAnswerStreamsAndIsTheSameAgain() throws Exception {
            TinyTalk talk = talk();
            String prompt = talk.render(QUESTION);
            assertTrue(prompt.contains(QUESTION), prompt);
            Answer answer = talk.cold(prompt, ANSWER);
            assertTrue(answer.promptTokens() > QUESTION.length(), answer.toString());
            assertTrue(answer.pieces().size() > 1, answer.toString());
            assertEquals(answer, talk.cold(prompt, ANSWER));
        }

        @Test
        void cancelledItStopsAndTheNextAnswerIsRight() throws Exception {
            TinyTalk talk = talk();
            String prompt = talk.render(QUESTION);
            Answer whole = talk.cold(prompt, ANSWER);
            Answer cancelled = talk.cancelledAfter(2, "talk", prompt);
            assertEquals(Finish.CANCELLED, cancelled.finish());
            assertTrue(whole.text().startsWith(cancelled.text()), cancelled + " of " + whole);
            assertEquals(
                    whole.text(), talk.inConversation("talk", prompt, ANSWER).text());
        }

        @Test
        void aFollowUpIsAnsweredAsIfAllWereReadAnew() throws Exception {
            TinyTalk talk = talk();
            Answer first = talk.inConversation("talk", talk.render(QUESTION), ANSWER);
            String followUp = talk.render(QUESTION, first.text(), FOLLOW_UP);
            Answer warm = talk.inConversation("talk", followUp, ANSWER);
            assertEquals(talk.cold(followUp, ANSWER).text(), warm.text());
            Answer third = talk.inConversation(
                    "talk", talk.render(QUESTION, first.text(), FOLLOW_UP, warm.text(), QUESTION), ANSWER);
            assertEquals(
                    talk.cold(talk.render(QUESTION, first.text(), FOLLOW_UP, warm.text(), QUESTION), ANSWER)
                            .text(),
                    third.text());
        }

        @Test
        void anEditedQuestionIsAnsweredAsIfTheFirstHadNeverBeenAsked() throws Exception {
            TinyTalk talk = talk();
            Answer first = talk.inConversation("talk", talk.render(QUESTION), ANSWER);
            talk.inConversation("talk", talk.render(QUESTION, first.text(), FOLLOW_UP), ANSWER);
            String edited = talk.render(QUESTION, first.text(), "And at noon?");
            Answer warm = talk.inConversation("talk", edited, ANSWER);
            assertEquals(talk.cold(edited, ANSWER).text(), warm.text());
            assertFalse(warm.text().isEmpty());
        }
    }

    @Test
    void theModelThatThinksSaysWhatItThinks(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("thinking.gguf");
        TinyFamily.thinking(NativeKit.templates()).write(file);
        try (TinyTalk talk = TinyTalk.with(file)) {
            Answer answer = talk.cold(talk.render("Are you there?"), 64);
            assertEquals("<think>" + TinyFamily.THOUGHT + "</think>" + TinyFamily.ANSWER, answer.text());
            assertEquals(Finish.STOP, answer.finish());
        }
    }
}
