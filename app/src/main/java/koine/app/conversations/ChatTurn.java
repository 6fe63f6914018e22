package koine.app.conversations;

/** A question and the answer's place, as stored before the engine is asked. */
public record ChatTurn(Conversation conversation, Message question, Message answer) {}
