ALTER TABLE {{store}} ADD CONSTRAINT {{foreignKey}} FOREIGN KEY ({{storeKey}}) REFERENCES {{source}}({{sourceKey}}) ON DELETE {{onDelete}} ON UPDATE {{onUpdate}};
