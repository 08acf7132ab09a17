// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.EventRequest;
import io.lorafleet.standalone.FleetException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Delays each call to some methods of a process. */
public final class SlowCalls implements AutoCloseable {
    private final VirtualMachine machine;
    private final Duration delay;
    private final AtomicInteger count = new AtomicInteger();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    SlowCalls(VirtualMachine machine, Class<?> type, Set<String> methods, Duration delay) {
        this.machine = machine;
        this.delay = delay;
        List<ReferenceType> loaded = machine.classesByName(type.getName());
        if (loaded.size() != 1) {
            throw new FleetException("expected one loaded class " + type.getName() + ", found " + loaded);
        }
        for (Method method : loaded.get(0).methods()) {
            if (methods.contains(method.name())) {
                BreakpointRequest request = machine.eventRequestManager().createBreakpointRequest(method.location());
                request.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
                request.enable();
            }
        }
        Thread reader = new Thread(this::readEvents, "slow-calls");
        reader.setDaemon(true);
        reader.start();
    }

    private void readEvents() {
        try {
            while (true) {
                EventSet events = machine.eventQueue().remove();
                for (Event event : events) {
                    if (event instanceof BreakpointEvent call) {
                        delay(call.thread());
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (VMDisconnectedException closed) {
            // The connection was closed by close(), or the process has ended.
        }
    }

    private void delay(ThreadReference thread) {
        count.incrementAndGet();
        timer.schedule(thread::resume, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** @return number of calls that were delayed */
    public int count() {
        return count.get();
    }

    /** Ends all delays. */
    @Override
    public void close() {
        timer.shutdownNow();
        machine.dispose();
    }
}
