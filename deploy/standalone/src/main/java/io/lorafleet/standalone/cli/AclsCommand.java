// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.broker.FleetAcls;
import io.lorafleet.broker.FleetAcls.Service;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.cli.option.ClusterOptions;
import io.lorafleet.standalone.supervisor.ClusterSettings;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "acls",
        sortOptions = false,
        description = {
            "Creates the ACLs that each service needs on a Kafka cluster, and no others. Create the topics first.",
            "With --dry-run, the command only prints the ACLs."
        },
        footer = {
            "",
            "Example:",
            "  ${ROOT-COMMAND-NAME} acls --bootstrap kafka:9092 --gateway User:gateway --worker User:worker --trainer"
                    + " User:trainer"
        })
public final class AclsCommand implements Callable<Integer> {
    @Mixin
    private ClusterOptions cluster;

    @Option(
            names = "--gateway",
            paramLabel = "PRINCIPAL",
            defaultValue = "User:gateway",
            description = "Kafka principal of the gateways (default: ${DEFAULT-VALUE}).")
    private String gateway;

    @Option(
            names = "--worker",
            paramLabel = "PRINCIPAL",
            defaultValue = "User:worker",
            description = "Kafka principal of the workers (default: ${DEFAULT-VALUE}).")
    private String worker;

    @Option(
            names = "--trainer",
            paramLabel = "PRINCIPAL",
            defaultValue = "User:trainer",
            description = "Kafka principal of the trainers (default: ${DEFAULT-VALUE}).")
    private String trainer;

    @Option(names = "--dry-run", description = "Prints the ACLs without creating them.")
    private boolean dryRun;

    @Override
    public Integer call() throws InterruptedException {
        FleetAcls acls = new FleetAcls(cluster.topicPrefix());
        Map<Service, String> principals =
                new EnumMap<>(Map.of(Service.GATEWAY, gateway, Service.WORKER, worker, Service.TRAINER, trainer));
        if (!dryRun) {
            apply(acls, principals);
        }
        principals.forEach((service, principal) -> acls.of(service, principal)
                .forEach(allowed -> System.out.printf(
                        "%s  %s  %s %s %s%n",
                        principal,
                        allowed.entry().operation(),
                        allowed.pattern().resourceType(),
                        allowed.pattern().patternType(),
                        allowed.pattern().name())));
        return ExitCode.OK;
    }

    private void apply(FleetAcls acls, Map<Service, String> principals) throws InterruptedException {
        try (Admin admin = Admin.create(ClusterSettings.of(cluster.bootstrap(), cluster.config()))) {
            acls.apply(admin, principals);
        } catch (ExecutionException | KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new FleetException("cannot create the ACLs on the Kafka cluster at " + cluster.bootstrap() + ": "
                    + cause.getMessage());
        }
    }
}
