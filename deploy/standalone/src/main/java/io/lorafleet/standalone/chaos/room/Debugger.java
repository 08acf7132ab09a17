// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector.Argument;
import com.sun.jdi.connect.IllegalConnectorArgumentsException;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Stops or delays threads of a process that was started with {@link #option}. All other threads continue. */
public final class Debugger {
    private final int port;

    Debugger(int port) {
        this.port = port;
    }

    /** @return option of the Java virtual machine that lets this debugger attach */
    String option() {
        return "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:" + port;
    }

    /** Stops a thread until the process ends. */
    public void stop(String thread) throws IOException {
        VirtualMachine machine = attach();
        machine.allThreads().stream()
                .filter(each -> each.name().equals(thread))
                .findFirst()
                .orElseThrow(() -> new FleetException("expected a thread named " + thread + ", found "
                        + machine.allThreads().stream()
                                .map(ThreadReference::name)
                                .sorted()
                                .toList()))
                .suspend();
    }

    /** Delays each call to some methods until the returned object is closed. */
    public SlowCalls slow(Class<?> type, Set<String> methods, Duration delay) throws IOException {
        return new SlowCalls(attach(), type, methods, delay);
    }

    private VirtualMachine attach() throws IOException {
        AttachingConnector connector = Bootstrap.virtualMachineManager().attachingConnectors().stream()
                .filter(each -> each.transport().name().equals("dt_socket"))
                .findFirst()
                .orElseThrow(() -> new FleetException("this cell needs a JDK with the module jdk.jdi"));
        Map<String, Argument> arguments = connector.defaultArguments();
        Objects.requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
        Objects.requireNonNull(arguments.get("port")).setValue(Integer.toString(port));
        try {
            return connector.attach(arguments);
        } catch (IllegalConnectorArgumentsException e) {
            throw new IOException("cannot attach to port " + port, e);
        }
    }
}
