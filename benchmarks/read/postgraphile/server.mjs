// PostGraphile over the tables as they are: no rights, settings for production. The schema `peers` holds one function for a count that
// no foreign key tells.
import { createServer } from "node:http";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { postgraphile } from "postgraphile";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";

const StageOfEvent = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      event: {
        tags: {
          foreignKey:
            "(workflow_version_id, stage) references workflow_stage (workflow_version_id, name)|@fieldName currentStage",
        },
      },
    },
  },
});

const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PostGraphileConnectionFilterPreset],
  plugins: [StageOfEvent],
  disablePlugins: ["PgIndexBehaviorsPlugin"], // else a column without an index of its own cannot be searched
  schema: { connectionFilterRelations: true },
  pgServices: [
    makePgService({
      connectionString: process.env.DATABASE_URL,
      schemas: ["public", "peers"],
      pubsub: false,
      poolConfig: { max: Number(process.env.POOL_SIZE) },
    }),
  ],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false, outputDataAsString: true },
  grafast: { explain: false },
};

const server = createServer();
const serv = postgraphile(preset).createServ(grafserv);
await serv.addTo(server);
await serv.ready();
server.listen(Number(process.env.PORT), "127.0.0.1");
