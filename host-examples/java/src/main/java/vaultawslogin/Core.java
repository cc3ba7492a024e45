package vaultawslogin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import run.endive.runtime.ByteArrayMemory;
import run.endive.runtime.ExportFunction;
import run.endive.runtime.Instance;
import run.endive.runtime.Memory;
import vaultawslogin.core.CoreModule;

/** The core module, whose JSON {@code docs/core-abi.md} describes. Safe for use by many threads. */
final class Core {
  /**
   * The largest memory of an instance that is kept for the next call. An instance begins with less
   * than half of it, and linear memory never shrinks: one that grew for a large input would hold its
   * peak for as long as the process runs.
   */
  private static final int MOST_IDLE_PAGES = (1 << 20) / Memory.PAGE_SIZE;

  private final Deque<Running> idle = new ConcurrentLinkedDeque<>();

  /** Calls a function in an idle instance, or in a new one. */
  JsonElement call(String function, Json request) {
    Running running = idle.pollFirst();
    if (running == null) {
      running = start();
    }
    try {
      return running.call(function, request);
    } finally {
      if (!running.stopped && running.pages() <= MOST_IDLE_PAGES) {
        idle.addFirst(running);
      }
    }
  }

  int idle() {
    return idle.size();
  }

  Running anIdleOne() {
    return idle.peekFirst();
  }

  /** Starts an instance that the caller keeps: a session lives in one. */
  static Running start() {
    return new Running();
  }

  /** One running copy of the module, for one call at a time. It wipes what a call leaves behind. */
  static final class Running {
    private final Instance instance =
        Instance.builder(CoreModule.load())
            .withMachineFactory(CoreModule::create)
            .withMemoryFactory(ByteArrayMemory::new)
            .build();
    private final ExportFunction alloc = instance.export("alloc");
    private final ExportFunction free = instance.export("free");
    private boolean stopped;

    private Running() {}

    /**
     * Calls a function.
     *
     * @throws InputException if the module refuses the request; it can be used again then
     * @throws IllegalStateException if the module broke its contract; it is wiped then
     */
    JsonElement call(String function, Json request) {
      Json.In answer;
      try {
        answer = answer(function, request);
      } catch (RuntimeException | StackOverflowError broken) {
        wipe();
        // Endive's words and the interrupt of a thread: neither quotes the memory.
        throw new IllegalStateException(function + ": the core module stopped", broken);
      }
      if (answer == null) {
        wipe();
        throw new IllegalStateException(function + ": expected JSON from the core module");
      }
      Json.In error = answer.in("error");
      if (error != null) {
        throw new InputException(error.text("rule"), error.text("field"), error.text("message"));
      }
      return answer.object().get("ok");
    }

    private Json.In answer(String function, Json request) {
      byte[] in = request.utf8();
      try {
        int block = (int) alloc.apply(in.length)[0];
        instance.memory().write(block, in);
        long packed = instance.export(function).apply(block, in.length)[0];
        int pointer = (int) (packed >>> 32);
        int length = (int) packed;
        byte[] out = instance.memory().readBytes(pointer, length);
        try {
          free.apply(pointer, length);
          return Json.In.read(out).orElse(null);
        } finally {
          Arrays.fill(out, (byte) 0);
        }
      } finally {
        // It may hold the secret access key.
        Arrays.fill(in, (byte) 0);
      }
    }

    int pages() {
      return instance.memory().pages();
    }

    /** Returns everything in the memory. */
    byte[] memory() {
      return instance.memory().readBytes(0, pages() * Memory.PAGE_SIZE);
    }

    /** Zeroes the memory of an instance that is not used again. */
    void wipe() {
      stopped = true;
      instance.memory().fill((byte) 0, 0, pages() * Memory.PAGE_SIZE);
    }
  }

  /** Reads an answer that is an object. */
  static Json.In object(JsonElement answer) {
    return new Json.In((JsonObject) answer);
  }
}
