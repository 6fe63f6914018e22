package koine.engine.server;

import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import koine.engine.server.AnswerReader.Part;
import koine.engine.session.Generator;
import koine.engine.session.TokenScore;
import koine.engine.session.Tokenizer;

/** The answer to a chat. */
final class ChatJson extends CompletionJson {
    private final boolean scored;
    private final Tokenizer tokenizer;
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder content = new StringBuilder();
    private final List<TokenScore> tokens = new ArrayList<>();
    private boolean roleSaid;

    /** @param scored whether tokens are told with their scores */
    ChatJson(String id, String model, boolean scored, Tokenizer tokenizer) {
        super(id, model, "chat.completion", "chat.completion.chunk");
        this.scored = scored;
        this.tokenizer = tokenizer;
    }

    @Override
    void add(Part part) {
        reasoning.append(part.reasoning());
        content.append(part.content());
        tokens.addAll(part.tokens());
    }

    @Override
    JsonObject wholeChoice() {
        JsonObject message = new JsonObject();
        message.addProperty("role", "assistant");
        message.addProperty("content", content.toString());
        if (!reasoning.isEmpty()) {
            message.addProperty("reasoning_content", reasoning.toString());
        }
        JsonObject choice = new JsonObject();
        choice.addProperty("index", 0);
        choice.add("message", message);
        choice.add("logprobs", scored ? ScoreJson.chat(tokens) : JsonNull.INSTANCE);
        return choice;
    }

    @Override
    JsonObject chunkChoice(Part part, boolean last) {
        reasoning.append(part.reasoning());
        JsonObject delta = new JsonObject();
        if (!roleSaid) {
            delta.addProperty("role", "assistant");
            roleSaid = true;
        }
        if (!part.reasoning().isEmpty()) {
            delta.addProperty("reasoning_content", part.reasoning());
        }
        if (!part.content().isEmpty()) {
            delta.addProperty("content", part.content());
        }
        JsonObject choice = new JsonObject();
        choice.addProperty("index", 0);
        choice.add("delta", delta);
        if (scored && !part.tokens().isEmpty()) {
            choice.add("logprobs", ScoreJson.chat(part.tokens()));
        }
        return choice;
    }

    /** As the tokenizer counts their text: the generator does not know what a thought is. */
    @Override
    int thoughtTokens(Generator.Outcome outcome) {
        return reasoning.isEmpty()
                ? 0
                : Math.min(outcome.answerTokens(), tokenizer.tokens(reasoning.toString(), false, true).length);
    }
}
