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

    /** Ends the named request within half a second, in its prompt or in its answer; unknown ids are ignored. */
    void cancel(String requestId);
}
