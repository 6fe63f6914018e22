package koine.engine.client;

import koine.i18n.Problem;

/** The one door to every model: something that answers chats. Any thread. */
public interface ChatEngine {
    /**
     * Sends the conversation and streams the answer; blocks until the answer has ended or failed.
     *
     * @throws Problem {@code KOINE-E2xx}: the engine broke off, the prompt does not fit, the template is not supported;
     *     {@code KOINE-E209} when the engine had ended before this request began: ask the broker for another
     */
    ChatResult chat(ChatRequest request, ChatListener listener) throws Problem;

    /**
     * What the engine says of its model. Asked once, then remembered; an engine that does not tell is
     * {@link EngineFacts#UNKNOWN}.
     *
     * @throws Problem {@code KOINE-E2xx}: the engine has gone or makes no sense
     */
    default EngineFacts facts() throws Problem {
        return EngineFacts.UNKNOWN;
    }

    /**
     * How many tokens the prompt of a request has, by the model's own template and vocabulary. An engine that cannot
     * count reads the prompt instead, and keeps it under the request's cache key.
     *
     * @throws Problem as {@link #chat}; a prompt that does not fit is no problem here
     */
    default int countTokens(ChatRequest request) throws Problem {
        throw new UnsupportedOperationException("this engine does not count");
    }

    /** Ends the named request within half a second, in its prompt or in its answer; unknown ids are ignored. */
    void cancel(String requestId);
}
