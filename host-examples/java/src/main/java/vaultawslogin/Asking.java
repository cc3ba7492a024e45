package vaultawslogin;

import java.util.function.Consumer;
import java.util.function.Supplier;

/** Calls what the caller supplies, one call at a time, on a thread for it, because it may wait. */
final class Asking {
  private final Consumer<Runnable> session;

  /** Of the session's thread alone. A thread still lives after it has given its result. */
  private boolean underWay;

  private Thread thread;

  /**
   * Makes one that has asked for nothing yet.
   *
   * @param session runs what it is given on the session's thread
   */
  Asking(Consumer<Runnable> session) {
    this.session = session;
  }

  /** Calls a supplier, unless a call is under way. {@code null} is nothing supplied. */
  <T> void ask(Supplier<T> source, Consumer<T> supplied, Consumer<RuntimeException> threw) {
    if (underWay) {
      return;
    }
    underWay = true;
    thread = VaultSession.daemon(() -> call(source, supplied, threw), "vault-aws-login-credentials");
    thread.start();
  }

  private <T> void call(
      Supplier<T> source, Consumer<T> supplied, Consumer<RuntimeException> threw) {
    Runnable result = () -> {};
    try {
      T found = source.get();
      if (found != null) {
        result = () -> supplied.accept(found);
      }
    } catch (RuntimeException error) {
      result = () -> threw.accept(error);
    } finally {
      // After an Error, too, which the thread's uncaught-exception handler hears.
      Runnable told = result;
      session.accept(
          () -> {
            underWay = false;
            told.run();
          });
    }
  }

  /** Asks the call under way to end. */
  void interrupt() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
