// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.chart;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong values stop the installation, with a message that names the value and what was expected. */
class RefusedValuesTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            images.gateway.digest=latest                | digest | does not match pattern '^sha256:[0-9a-f]{64}$'
            images.worker.repository=lorafleet/w@sha256 | repository | does not match pattern
            images.cli.tag=1.0                          | additional properties 'tag' not allowed | cli
            kafka.bootstrapServers=kafka                | bootstrapServers | does not match pattern
            kafka.bootstrapServers=                     | bootstrapServers | does not match pattern
            kafka.settings.ssl\\.key\\.password=x       | kafka.settings: expected client settings other than credentials | ssl.key.password
            storage.volume.claimName=                   | storage: expected storage.bucket.name or storage.volume.claimName | found neither
            storage.bucket.name=blobs                   | storage: expected a bucket or a volume, found both | remove
            auth.apiKeys.secret=                        | auth: expected auth.apiKeys.secret or auth.oidc.url | must authenticate
            auth.oidc.url=http://id.example.com         | oidc/url | does not match pattern '^(https://.+)?$'
            auth.oidc.url=https://id.example.com        | auth.oidc.audience: expected the audience | other applications
            worker.drainTimeoutSeconds=60               | worker.terminationGracePeriodSeconds: expected at least 70 | found 40
            worker.terminationGracePeriodSeconds=29     | worker.terminationGracePeriodSeconds: expected at least 30 | found 29
            worker.replicas=two                         | worker/replicas | got string, want integer
            worker.replica=2                            | additional properties 'replica' not allowed | worker
            worker.settings.lorafleet\\.worker\\.drain-timeout=5m | worker.settings: expected keys that the chart does not set | drain-timeout
            gateway.settings.quarkus\\.http\\.host=localhost      | gateway.settings: expected keys that the chart does not set | quarkus.http.host
            gateway.settings.logging\\.level=debug      | settings | logging.level
            worker.autoscaling.enabled=true             | worker.autoscaling.prometheus: expected the address of Prometheus | found none
            topics.replicationFactor=0                  | topics/replicationFactor | minimum: got 0, want 1
            topics.acls.gateway=gateway                 | topics/acls/gateway | does not match pattern
            topics.acls.worker=User:worker              | topics.acls: expected principals for gateway, worker and trainer | only some
            model.path=../secrets                       | model/path | does not match pattern
            model.volume.configMap.name=model           | additional properties 'configMap' not allowed | model/volume
            gateway.ingress.enabled=true                | gateway.ingress.host: expected a host name | found none
            pools.XL.replicas=1                         | pools: expected names of 1 to 40 lower-case letters | found XL
            pools.default.replicas=1                    | pools: expected names other than default | worker describes
            pools.xl.replica=2                          | additional properties 'replica' not allowed | pools/xl
            pools.xl.drainTimeoutSeconds=60             | pools.xl.terminationGracePeriodSeconds: expected at least 70 | found 40
            pools.xl.model.path=sdxl                    | pools.xl.model.volume: expected a volume | found none
            pools.xl.settings.lorafleet\\.worker\\.pool=b | pools.xl.settings: expected keys that the chart does not set | worker.pool
            monitoring.podMonitors=true                 | monitoring.gatewayToken.secret: expected a secret | operate
            """)
    void refuses(String value, String message, String detail) {
        assertThatThrownBy(
                        () -> Chart.render(Chart.FOLDER, List.of(Chart.requiredValues()), value.replace("\\\\", "\\")))
                .hasMessageContaining(message)
                .hasMessageContaining(detail);
    }
}
