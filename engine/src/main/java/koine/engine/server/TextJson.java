package koine.engine.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import koine.engine.server.AnswerReader.Part;
import koine.engine.session.Generator;
import koine.engine.session.TokenScore;

/** The answer to a prompt that is plain text. */
final class TextJson extends CompletionJson {
    private final String echo;
    private final boolean scored;
    private final StringBuilder text = new StringBuilder();
    private final List<TokenScore> promptTokens = new ArrayList<>();
    private final List<TokenScore> tokens = new ArrayList<>();
    private boolean echoed;
    /** Characters of the tokens told so far. */
    private int characters;

    /**
     * @param echo what the answer begins with
     * @param scored whether tokens are told with their scores
     */
    TextJson(String id, String model, String echo, boolean scored) {
        super(id, model, "text_completion", "text_completion");
        this.echo = echo;
        this.scored = scored;
    }

    @Override
    void add(Part part) {
        promptTokens.addAll(part.promptTokens());
        text.append(part.content());
        tokens.addAll(part.tokens());
    }

    @Override
    JsonObject wholeChoice() {
        return choice(text.toString(), tokens, true);
    }

    @Override
    JsonObject chunkChoice(Part part, boolean last) {
        promptTokens.addAll(part.promptTokens());
        return choice(part.content(), part.tokens(), last || !part.isEmpty());
    }

    /** @param begun whether the prompt is read, so that it can be told with all its scores */
    private JsonObject choice(String more, List<TokenScore> scores, boolean begun) {
        boolean withPrompt = begun && !echoed;
        echoed |= begun;
        JsonObject choice = new JsonObject();
        choice.addProperty("index", 0);
        choice.addProperty("text", withPrompt ? echo + more : more);
        List<TokenScore> all = new ArrayList<>(withPrompt ? promptTokens : List.of());
        all.addAll(scores);
        choice.add("logprobs", scored ? logprobs(all) : JsonNull.INSTANCE);
        return choice;
    }

    private JsonObject logprobs(List<TokenScore> scores) {
        JsonArray names = new JsonArray();
        JsonArray numbers = new JsonArray();
        JsonArray likeliest = new JsonArray();
        JsonArray offsets = new JsonArray();
        for (TokenScore token : scores) {
            names.add(ScoreJson.name(token.bytes()));
            offsets.add(place(token));
            if (Double.isNaN(token.logProbability())) {
                numbers.add(JsonNull.INSTANCE);
                likeliest.add(JsonNull.INSTANCE);
            } else {
                numbers.add(ScoreJson.number(token));
                likeliest.add(likeliest(token));
            }
        }
        JsonObject json = new JsonObject();
        json.add("tokens", names);
        json.add("token_logprobs", numbers);
        json.add("top_logprobs", likeliest);
        json.add("text_offset", offsets);
        return json;
    }

    /** With the token itself, though it may not be among the likeliest. */
    private static JsonObject likeliest(TokenScore token) {
        JsonObject json = new JsonObject();
        token.alternatives().forEach(other -> json.addProperty(ScoreJson.name(other.bytes()), ScoreJson.number(other)));
        json.addProperty(ScoreJson.name(token.bytes()), ScoreJson.number(token));
        return json;
    }

    /** In characters of the text told; the token that begins every sequence stands in no text. */
    private int place(TokenScore token) {
        int place = characters;
        boolean begins = Double.isNaN(token.logProbability())
                && !echo.startsWith(new String(token.bytes(), StandardCharsets.UTF_8));
        for (byte b : begins ? new byte[0] : token.bytes()) {
            characters += (b & 0xC0) == 0x80 ? 0 : 1; // each character has one byte that begins it
        }
        return place;
    }

    @Override
    int thoughtTokens(Generator.Outcome outcome) {
        return 0;
    }
}
