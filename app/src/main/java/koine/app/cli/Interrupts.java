package koine.app.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/** Hears Ctrl+C. */
@FunctionalInterface
interface Interrupts {
    /** Calls the handler, on a thread of its own, for every Ctrl+C from now on. */
    void onInterrupt(Runnable handler);

    /**
     * The process's own signal. The JDK's class for it is not part of Java's standard, so it is looked up; where it is
     * missing, Ctrl+C ends the program at once, and the next start finds the answer interrupted.
     */
    static Interrupts ofProcess() {
        return handler -> {
            try {
                Class<?> signal = Class.forName("sun.misc.Signal");
                Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
                InvocationHandler calls = (proxy, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        handler.run();
                    }
                    return null;
                };
                Object listener = Proxy.newProxyInstance(
                        Interrupts.class.getClassLoader(), new Class<?>[] {signalHandler}, calls);
                signal.getMethod("handle", signal, signalHandler)
                        .invoke(null, signal.getConstructor(String.class).newInstance("INT"), listener);
            } catch (ReflectiveOperationException e) {
                return;
            }
        };
    }
}
